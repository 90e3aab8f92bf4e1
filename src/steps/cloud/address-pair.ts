import { z } from "zod";

/** Another address that a NIC may have, as the journal keeps it. */
export const addressPair = z.object({ ip_address: z.string(), mac_address: z.string().exactOptional() });
