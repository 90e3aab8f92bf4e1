import { z } from "zod";
import { anyRange, mac } from "../../spec/forms.ts";

/** Another address that a NIC may have, as the journal keeps it. */
export const addressPair = z.object({ ip_address: anyRange, mac_address: mac.exactOptional() });
