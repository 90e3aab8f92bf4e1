import { z } from "zod";
import { address, anyRange, cloudId } from "../../spec/forms.ts";
import { cloudText } from "../../spec/record-forms.ts";

/** The id of a server, a NIC, a connection or an endpoint, or an address; "" for routes of the cloud itself. */
export const nextHop = z.union([cloudId, address, z.literal("")]);

/** A route as the journal keeps it. */
export const route = z.object({
  destination: anyRange,
  type: z.enum(["ecs", "eni", "vip", "nat", "peering", "vpn", "dc", "er", "local", "other"]),
  nextHop,
  description: cloudText,
});
