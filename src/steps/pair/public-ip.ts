import { z } from "zod";
import type { CloudReader } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { address, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { isVirtualIp } from "../gateway.ts";
import {
  bringEip,
  decideInPlace,
  eipGone,
  observeEip,
  type Placed,
  placed,
  placedOf,
  placedText,
  putEipBack,
  wishForm,
} from "../gateway-eip.ts";
import type { Step } from "../step.ts";

/**
 * Sees that the outer virtual IP has the EIP that clients are seen as, whichever proxy is active. `keep` moves the
 * proxy's EIP there, so that partners still know the address; the others bind one that no proxy has, and so cut nothing.
 */

const want = z.object({
  gateway: gatewayName,
  subnetId: cloudId,
  /** Of the outer virtual IP. */
  name: z.string(),
  ip: address,
  /** keep, allocate, or an address. */
  wish: wishForm,
  /** The id of the EIP that belongs there; null while it is not allocated. */
  eip: cloudId.nullable(),
  /** The proxies' NICs, the first one's EIP is kept first. */
  proxies: z.array(z.object({ server: z.string(), nicId: cloudId, ip: address })),
});
type Want = z.infer<typeof want>;

export const pairPublicIp: Step<Want, Placed> = {
  kind: "pair/public-ip",
  want,
  have: placed,
  object: ({ name }) => name,
  title: ({ wish, ip }) =>
    wish === "keep"
      ? `Keep the EIP, on the pair's virtual IP ${ip}`
      : wish === "allocate"
        ? `Give the pair's virtual IP ${ip} an EIP`
        : `Bind EIP ${wish} to the pair's virtual IP ${ip}`,

  observe: async (wanted, { cloud }) => observeEip(wanted, await outerNic(wanted, cloud), cloud),

  decide(wanted, observed) {
    const { wish, ip, proxies } = wanted;
    const { bound, chosen } = placedOf(observed);
    const nics = proxies.map(({ nicId }) => nicId);
    const settled = decideInPlace(wanted, { bound, chosen }, ip, nics);
    if (settled) return settled;
    const owner = proxies.find((proxy) => proxy.nicId === chosen?.boundTo);
    const gentler =
      wish === "allocate"
        ? "A free EIP by its address"
        : "`publicIp: allocate`, or a free EIP by its address,";
    return {
      action: "change",
      because: owner
        ? `EIP ${chosen?.address} is on ${owner.server}, and would end with it`
        : `the pair's virtual IP ${ip} has no EIP`,
      after: { publicIp: chosen?.address ?? "known after apply", virtualIp: ip },
      notice: owner
        ? `open connections over ${chosen?.address} end, of clients too: it leaves ${owner.ip}, to which they are translated, and new ones find no way for some seconds. ${gentler} cuts nothing but is another address to the outside. ${owner.server} is logged in to through the other proxy, or through the pair, from then on`
        : `connections that are open go on by the address they have; new ones come from ${chosen?.address ?? "the new EIP"}`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    const vip = await outerNic(wanted, cloud);
    if (vip) return bringEip(wanted.gateway, observed, vip, cloud);
    throw new Problem({
      code: "cloud/not-found",
      summary: `the virtual IP ${wanted.ip} (${wanted.name}) is gone`,
      hint: "Somebody deleted it meanwhile. Run it again.",
      retry: true,
    });
  },

  undo: async (wanted, before, { cloud }) =>
    putEipBack(wanted.gateway, before, [await outerNic(wanted, cloud)], cloud),

  subject: ({ eip }) => eip ?? "",

  /** An EIP whose proxy was deleted cannot go back there: it is free then, as if the proxy had been deleted with it. */
  gone({ proxies }, { cloud }, before) {
    const home = proxies.filter(({ nicId }) => nicId === placedOf(before).chosen?.boundTo);
    const nics = home.map(({ server, nicId }) => ({ whose: server, nicId }));
    return eipGone(before, nics, cloud);
  },

  takenBack: ({ ip }) =>
    `open connections that are translated to ${ip} end: the EIP leaves it. New ones go by the proxy's own`,

  describe: placedText,

  own: ({ chosen }) => chosen,
};

/** Its NIC; the step before this one made it. */
async function outerNic({ subnetId, name }: Want, cloud: CloudReader): Promise<string | undefined> {
  return (await cloud.nics({ subnetId })).find((nic) => isVirtualIp(name, nic))?.id;
}
