import { z } from "zod";

/** What `inside.ts` hands out: every round's figure of every way at every number of subnets. */
export const natMeasuredSchema = z.array(
  z.object({
    way: z.string(),
    text: z.string(),
    subnets: z.number(),
    /** The rules' way into the kernel, once. */
    loadMs: z.number(),
    connectionsPerSecond: z.array(z.number()),
    bytesPerSecond: z.array(z.number()),
  }),
);
export type NatMeasured = z.infer<typeof natMeasuredSchema>;
