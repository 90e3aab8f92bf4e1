import { z } from "zod";

/** A route as the journal keeps it. */
export const route = z.object({
  destination: z.string(),
  type: z.enum(["ecs", "eni", "vip", "nat", "peering", "vpn", "dc", "er", "local", "other"]),
  nextHop: z.string(),
  description: z.string(),
});
