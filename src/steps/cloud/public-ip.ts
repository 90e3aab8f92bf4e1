import { z } from "zod";
import type { CloudReader, PublicIp } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { movingMark, ownName } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";

/**
 * Sees that the proxy's NIC has an EIP: keeps the one it has, allocates one under the gateway's name, or
 * binds a given one of the account. An EIP that is bound elsewhere is never taken away, but for the one that the gateway's
 * own pair leaves on its virtual IP.
 */

const want = z.object({
  gateway: z.string(),
  server: z.string(),
  nicId: z.string(),
  /** keep, allocate, or an address. */
  wish: z.string(),
  bandwidthMbit: z.number(),
  /** The outer virtual IP of the pair that the gateway was before. */
  leaving: z.string().exactOptional(),
});
const eip = z.object({ id: z.string(), address: z.string(), boundTo: z.string().nullable() });
const have = z.object({
  /** The EIP on the proxy's NIC. */
  onNic: eip.nullable(),
  /** The EIP that the spec names, or that was allocated for the gateway. */
  chosen: eip.nullable(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;
type Eip = z.infer<typeof eip>;

export const publicIp: Step<Want, Have> = {
  kind: "cloud/public-ip",
  want,
  have,
  object: ({ server }) => server,
  title: ({ server, wish }) =>
    wish === "keep"
      ? `Keep ${server}'s EIP`
      : wish === "allocate"
        ? `Give ${server} an EIP`
        : `Bind EIP ${wish} to ${server}`,

  async observe(wanted, { cloud }) {
    return observeEips(wanted, cloud);
  },

  decide({ server, wish, nicId, leaving }, observed) {
    const { onNic, chosen } = observed.is === "absent" ? { onNic: null, chosen: null } : observed.have;
    const given = wish !== "keep" && wish !== "allocate";
    if (onNic && (!given || onNic.address === wish)) {
      return { action: "none", because: `${server} has EIP ${onNic.address}` };
    }
    const blocked = (because: string, hint: string) =>
      ({ action: "blocked", because, hint, adoptable: false }) as const;
    if (wish === "keep" && !chosen)
      return blocked(`${server} has no EIP`, "Bind one, or write publicIp: allocate.");
    if (onNic) {
      return blocked(
        `${server} has EIP ${onNic.address}, not ${wish}`,
        "Unbind it first, or write publicIp: keep: replacing it would cut what uses it now.",
      );
    }
    if (given && !chosen)
      return blocked(`the account has no EIP ${wish}`, "Write one of the account's EIPs, or allocate.");
    const left = chosen !== null && chosen.boundTo !== null && chosen.boundTo === leaving;
    if (chosen?.boundTo && chosen.boundTo !== nicId && !left) {
      return blocked(`EIP ${chosen.address} is bound to another NIC`, "Unbind it there first.");
    }
    return {
      action: chosen ? "change" : "create",
      because: `${server} has no EIP`,
      after: { publicIp: chosen?.address ?? "known after apply" },
      notice: left
        ? `open connections over ${chosen.address} end: it leaves the virtual IP, to which they are translated, and new ones find no way for some seconds`
        : `${server} becomes reachable from the Internet as far as its security group lets it${chosen ? "" : "; an EIP costs money"}`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    const now = observed.is === "absent" ? undefined : observed.have;
    if (now?.onNic) return;
    const { gateway, nicId, bandwidthMbit } = wanted;
    const chosen = now?.chosen ?? (await cloud.allocatePublicIp({ name: ownName(gateway), bandwidthMbit }));
    await cloud.movePublicIp(chosen.id, nicId, movingMark(gateway));
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeEips(wanted, cloud);
    if (now.is === "absent") return;
    const { onNic, chosen } = now.have;
    const was = before.is === "absent" ? { onNic: null, chosen: null } : before.have;
    const current = chosen ?? onNic;
    if (current && was.chosen?.boundTo && was.chosen.boundTo !== wanted.nicId) {
      return cloud.movePublicIp(current.id, was.chosen.boundTo, movingMark(wanted.gateway));
    }
    if (chosen && !was.onNic && onNic?.id === chosen.id) await cloud.unbindPublicIp(chosen.id);
    if (chosen && !was.chosen && wanted.wish === "allocate") await cloud.releasePublicIp(chosen.id);
    if (was.chosen && !chosen) {
      throw new Problem({
        code: "undo/eip-gone",
        summary: `EIP ${was.chosen.address} is no longer in the account`,
        hint: "A released EIP cannot be brought back; `undo --force` goes on without it.",
      });
    }
  },

  describe: ({ onNic }) => (onNic ? onNic.address : "none"),
};

async function observeEips(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const all = await cloud.publicIps();
  const onNic = all.find((one) => one.nicId === wanted.nicId);
  const chosen = all.find((one) => isChosen(wanted, one));
  return { is: "ours", have: { onNic: onNic ? read(onNic) : null, chosen: chosen ? read(chosen) : null } };
}

function isChosen({ wish, gateway, leaving }: Want, { name, address, nicId }: PublicIp): boolean {
  if (wish === "allocate") return name === ownName(gateway);
  if (wish !== "keep") return address === wish;
  return name.startsWith(movingMark(gateway)) || (leaving !== undefined && nicId === leaving);
}

function read({ id, address, nicId }: PublicIp): Eip {
  return { id, address, boundTo: nicId ?? null };
}
