import { z } from "zod";
import { Problem } from "../../report/problem.ts";
import { address, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { stepIdOf } from "../bind.ts";
import { outerName } from "../gateway.ts";
import {
  bringEip,
  decideInPlace,
  eipGone,
  isGiven,
  observeEip,
  type Placed,
  placed,
  placedOf,
  placedText,
  putEipBack,
  replaced,
  wishForm,
} from "../gateway-eip.ts";
import { pairPublicIp } from "../pair/public-ip.ts";
import type { Step } from "../step.ts";

/**
 * Sees that the proxy's NIC has an EIP: keeps the one it has or that the gateway's pair leaves, or binds a free one of the
 * account. An EIP that is bound elsewhere is never taken away.
 */

const want = z.object({
  gateway: gatewayName,
  server: z.string(),
  nicId: cloudId,
  /** keep, allocate, or an address. */
  wish: wishForm,
  /** The id of the EIP that belongs there; null while it is not allocated. */
  eip: cloudId.nullable(),
  /** The outer virtual IP of the pair that the gateway was before, and the address of the EIP on it. */
  leaving: z.object({ nicId: cloudId, publicIp: address.nullable() }).exactOptional(),
});
type Want = z.infer<typeof want>;

export const publicIp: Step<Want, Placed> = {
  kind: "cloud/public-ip",
  want,
  have: placed,
  object: ({ server }) => server,
  title: ({ server, wish }) =>
    wish === "keep"
      ? `Keep ${server}'s EIP`
      : wish === "allocate"
        ? `Give ${server} an EIP`
        : `Bind EIP ${wish} to ${server}`,

  observe: (wanted, { cloud }) => observeEip(wanted, wanted.nicId, cloud),

  decide(wanted, observed) {
    const { server, wish, leaving } = wanted;
    const { chosen, bound } = placedOf(observed);
    const settled = decideInPlace(wanted, { bound, chosen }, server, leaving ? [leaving.nicId] : []);
    if (settled) return settled;
    if (leaving?.publicIp && isGiven(wish) && leaving.publicIp !== wish) {
      return replaced("the pair", leaving.publicIp, wish);
    }
    return {
      action: "change",
      because: `${server} has no EIP`,
      after: { publicIp: chosen?.address ?? "known after apply" },
      notice: chosen?.boundTo
        ? `open connections over ${chosen.address} end: it leaves the virtual IP, to which they are translated, and new ones find no way for some seconds`
        : `${server} becomes reachable from the Internet as far as its security group lets it`,
    };
  },

  apply: ({ gateway, nicId }, observed, { cloud }) => bringEip(gateway, observed, nicId, cloud),

  async undo({ gateway, server, nicId, leaving }, before, { cloud }) {
    const home = placedOf(before).chosen?.boundTo;
    if (home && home === leaving?.nicId && !(await cloud.nic(home))) {
      // To unbind it could lock the user out, and brings nothing back.
      throw new Problem({
        code: "undo/virtual-ip-gone",
        summary: `${server} has its EIP from the pair's virtual IP, which is gone`,
        hint: "Take back the runs that made the pair too; or apply with two proxies, which brings it back.",
      });
    }
    await putEipBack(gateway, before, [nicId, leaving?.nicId], cloud);
  },

  subject: ({ nicId, eip }) => `${nicId} ${eip}`,

  goesOnFrom: ({ gateway, eip }) => ({
    stepId: stepIdOf(gateway, pairPublicIp.kind, outerName(gateway)),
    subject: eip ?? "",
  }),

  async gone({ server, nicId, eip, leaving }, { cloud }, before) {
    const home = placedOf(before).chosen?.boundTo;
    const elsewhere = home && home !== nicId && home !== leaving?.nicId ? home : undefined;
    const nics = [
      { whose: server, nicId },
      ...(elsewhere ? [{ whose: "the proxy that had its EIP before", nicId: elsewhere }] : []),
    ];
    const gone = await eipGone(before, nics, cloud);
    const now = (await cloud.publicIps()).find((one) => one.id === eip);
    if (!gone?.left || !now?.nicId || [nicId, home, leaving?.nicId].includes(now.nicId)) return gone;
    return {
      because: `${gone.because}; EIP ${now.address} is bound to another one by now, and stays there`,
    };
  },

  describe: placedText,

  own: ({ chosen }) => chosen,
};
