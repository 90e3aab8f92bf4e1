import { z } from "zod";

/** What `rate-inside.ts` hands out: every round's figure of every way. */
export const rateMeasuredSchema = z.array(
  z.object({
    text: z.string(),
    connectionsPerSecond: z.array(z.number()),
    /** Of a round's connections, how many the standby was told of; empty without sync. */
    knownShare: z.array(z.number()),
  }),
);
export type RateMeasured = z.infer<typeof rateMeasuredSchema>;
