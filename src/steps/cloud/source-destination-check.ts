import { z } from "zod";
import { parseRange } from "../../spec/addresses.ts";
import type { Step } from "../step.ts";
import { nicGone } from "./nic-gone.ts";

/**
 * Switches the source/destination check of the proxy's NIC off, so that the fabric lets it send and receive
 * for other addresses. The cloud has no field for it: the check is off when an allowed address pair has the
 * prefix length 0 (OTC: "1.1.1.1/0"; VPC API, "Updating a port"). Pairs are written as a whole list, so the
 * ones already there are kept.
 */

const pair = z.object({ ip_address: z.string(), mac_address: z.string().exactOptional() });
const want = z.object({
  gateway: z.string(),
  server: z.string(),
  nicId: z.string(),
  nicIp: z.string(),
  anyAddressPair: pair,
});
const have = z.object({ pairs: z.array(pair) });
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const sourceDestinationCheck: Step<Want, Have> = {
  kind: "cloud/source-destination-check",
  want,
  have,
  object: ({ server }) => server,
  title: ({ server, nicIp }) => `Switch the source/destination check of ${server}'s NIC ${nicIp} off`,

  async observe({ nicId }, { cloud }) {
    const nic = await cloud.nic(nicId);
    return nic ? { is: "ours", have: { pairs: [...nic.addressPairs] } } : { is: "absent" };
  },

  decide({ server, anyAddressPair }, observed) {
    if (observed.is === "absent") {
      const because = `the NIC of ${server} is gone`;
      return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
    }
    const { pairs } = observed.have;
    const open = pairs.find(opensAll);
    if (open) {
      return {
        action: "none",
        because: `the check is off already (allowed address pair ${open.ip_address})`,
      };
    }
    return {
      action: "change",
      because:
        pairs.length === 0
          ? "the check is on: the fabric drops what the proxy forwards"
          : `only ${pairs.map((one) => one.ip_address).join(", ")} may pass besides the NIC's own address`,
      after: { pairs: [...pairs, anyAddressPair] },
      notice:
        "nothing; security group rules that name a group of this NIC would match any address, so it gets a group of its own first",
    };
  },

  async apply({ nicId, anyAddressPair }, observed, { cloud }) {
    const pairs = observed.is === "absent" ? [] : observed.have.pairs;
    if (!pairs.some(opensAll)) await cloud.setAddressPairs(nicId, [...pairs, anyAddressPair]);
  },

  async undo({ nicId }, before, { cloud }) {
    if (before.is !== "absent") await cloud.setAddressPairs(nicId, before.have.pairs);
  },

  subject: ({ nicId }) => nicId,

  gone: nicGone,

  describe: ({ pairs }) =>
    pairs.some(opensAll)
      ? "off"
      : pairs.length === 0
        ? "on"
        : `on, but for ${pairs.map((one) => one.ip_address).join(", ")}`,
};

function opensAll({ ip_address }: { readonly ip_address: string }): boolean {
  return parseRange(ip_address)?.prefix === 0;
}
