import { z } from "zod";
import { address, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { addressPair } from "../cloud/address-pair.ts";
import { blockedWithoutNic, nicGone } from "../cloud/nic-gone.ts";
import type { Step } from "../step.ts";

/**
 * Lets the NIC that packets leave by answer for the outer virtual IP, where the proxies stand between two networks: its
 * source/destination check stays on for every other address. Where both virtual IPs are on one NIC, that one is open to all.
 */

const want = z.object({
  gateway: gatewayName,
  server: z.string(),
  nicId: cloudId,
  nicIp: address,
  /** Of the outer virtual IP. */
  ip: address,
});
const have = z.object({
  pairs: z.array(addressPair),
  /** There is no check: port security is off. */
  open: z.literal(true).exactOptional(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const outerAddress: Step<Want, Have> = {
  kind: "pair/outer-address",
  want,
  have,
  object: ({ server }) => server,
  title: ({ server, nicIp, ip }) => `Let ${server}'s NIC ${nicIp} have the pair's address ${ip}`,

  async observe({ nicId }, { cloud }) {
    const nic = await cloud.nic(nicId);
    if (!nic) return { is: "absent" };
    const open = nic.portSecurity === false ? ({ open: true } as const) : {};
    return { is: "ours", have: { pairs: [...nic.addressPairs], ...open } };
  },

  decide({ server, ip }, observed) {
    if (observed.is === "absent") return blockedWithoutNic(server);
    const { pairs, open } = observed.have;
    if (open) return { action: "none", because: "port security is off: it may have any address" };
    if (pairs.some(({ ip_address }) => isOf(ip, ip_address))) {
      return { action: "none", because: `the NIC may have ${ip}` };
    }
    return {
      action: "change",
      because: `the fabric drops what the NIC sends from ${ip}`,
      after: { pairs: [...pairs, { ip_address: ip }] },
      notice: "nothing: the NIC may have one address more",
    };
  },

  async apply({ nicId, ip }, observed, { cloud }) {
    if (observed.is === "absent") return;
    const { pairs, open } = observed.have;
    if (open || pairs.some(({ ip_address }) => isOf(ip, ip_address))) return;
    await cloud.setAddressPairs(nicId, [...pairs, { ip_address: ip }]);
  },

  /** Pairs of others that came since then stay. */
  async undo({ nicId, ip }, before, { cloud }) {
    if (before.is === "absent" || before.have.pairs.some(({ ip_address }) => isOf(ip, ip_address))) return;
    const nic = await cloud.nic(nicId);
    const kept = nic?.addressPairs.filter(({ ip_address }) => !isOf(ip, ip_address));
    if (nic && kept && kept.length < nic.addressPairs.length) await cloud.setAddressPairs(nicId, kept);
  },

  subject: ({ nicId }) => nicId,

  gone: nicGone,

  describe: ({ pairs, open }) =>
    open
      ? "any address"
      : pairs.length === 0
        ? "none but its own"
        : pairs.map(({ ip_address }) => ip_address).join(", "),

  own: ({ pairs, open }, { ip }) => ({
    may: open === true || pairs.some(({ ip_address }) => isOf(ip, ip_address)),
  }),
};

/** Neutron writes a single address with or without its prefix, as it was given. */
function isOf(ip: string, written: string): boolean {
  return written === ip || written === `${ip}/32`;
}
