import { z } from "zod";
import type { CloudReader, PublicIp } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { movingMark, ownName } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";
import { nicGone } from "./nic-gone.ts";

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
  /** The EIP that the pair, which the gateway was before, leaves behind: as good as on the NIC, to which it comes. */
  left: eip.nullable(),
});
const none: Have = { onNic: null, chosen: null, left: null };
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;
type Eip = z.infer<typeof eip>;

export const publicIp: Step<Want, Have> = {
  kind: "cloud/public-ip",
  want,
  have,
  // An allocated EIP is the gateway's: it stays with it when another proxy takes over.
  object: ({ gateway, server, wish }) => (wish === "allocate" ? ownName(gateway) : server),
  title: ({ server, wish }) =>
    wish === "keep"
      ? `Keep ${server}'s EIP`
      : wish === "allocate"
        ? `Give ${server} an EIP`
        : `Bind EIP ${wish} to ${server}`,

  async observe(wanted, { cloud }) {
    return observeEips(wanted, cloud);
  },

  decide({ server, wish, nicId }, observed) {
    const { onNic, left, ...named } = observed.is === "absent" ? none : observed.have;
    const chosen = left ?? named.chosen;
    const given = wish !== "keep" && wish !== "allocate";
    if (onNic && (!given || onNic.address === wish)) {
      return { action: "none", because: `${server} has EIP ${onNic.address}` };
    }
    const blocked = (because: string, hint: string) =>
      ({ action: "blocked", because, hint, adoptable: false }) as const;
    if (wish === "keep" && !chosen)
      return blocked(
        `${server} has no EIP`,
        "Bind one, or write publicIp: allocate. One that was allocated for a pair goes with the pair.",
      );
    if (onNic) {
      return blocked(
        `${server} has EIP ${onNic.address}, not ${wish}`,
        "Unbind it first, or write publicIp: keep: replacing it would cut what uses it now.",
      );
    }
    if (given && !chosen)
      return blocked(`the account has no EIP ${wish}`, "Write one of the account's EIPs, or allocate.");
    if (chosen?.boundTo && chosen.boundTo !== nicId && !left) {
      return blocked(`EIP ${chosen.address} is bound to another NIC`, "Unbind it there first.");
    }
    return {
      action: chosen ? "change" : "create",
      because: `${server} has no EIP`,
      after: { publicIp: chosen?.address ?? "known after apply" },
      notice: left
        ? `open connections over ${left.address} end: it leaves the virtual IP, to which they are translated, and new ones find no way for some seconds`
        : `${server} becomes reachable from the Internet as far as its security group lets it${chosen ? "" : "; an EIP costs money"}`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    const now = observed.is === "absent" ? undefined : observed.have;
    if (now?.onNic) return;
    const { gateway, nicId, bandwidthMbit } = wanted;
    const chosen =
      now?.left ??
      now?.chosen ??
      (await cloud.allocatePublicIp({ name: ownName(gateway), bandwidthMbit, forNic: nicId }));
    await cloud.movePublicIp(chosen.id, nicId, movingMark(gateway));
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeEips(wanted, cloud);
    if (now.is === "absent") return;
    const { onNic, chosen } = now.have;
    const was = before.is === "absent" ? none : before.have;
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

  subject: ({ nicId }) => nicId,

  /** With its NIC an EIP is free again, as it was before; only an allocated one is still to be released. */
  async gone(wanted, world) {
    const { nicId, wish } = wanted;
    const now = await observeEips(wanted, world.cloud);
    const chosen = now.is === "absent" ? null : now.have.chosen;
    const gone = await nicGone(wanted, world);
    if (wish === "keep") return gone;
    if (wish !== "allocate") {
      // A released EIP cannot be brought back.
      return gone ?? (chosen ? undefined : { because: `EIP ${wish} is gone from the account` });
    }
    if (!gone) return undefined;
    if (chosen?.boundTo) {
      return {
        because: `${gone.because}; EIP ${chosen.address} is bound to another one by now, and stays there`,
      };
    }
    return { ...gone, left: (state) => unboundFrom(nicId, state) };
  },

  describe: ({ onNic, left }) => (onNic ?? left)?.address ?? "none",

  own: ({ onNic, left, chosen }) => ({
    onNic: (onNic ?? left)?.id ?? null,
    chosen: chosen?.id ?? null,
    boundTo: chosen?.boundTo ?? null,
  }),
};

function unboundFrom(nicId: string, state: Observed<Have>): Observed<Have> {
  if (state.is === "absent") return state;
  const { chosen } = state.have;
  const free = chosen?.boundTo === nicId ? { ...chosen, boundTo: null } : chosen;
  return { ...state, have: { ...state.have, onNic: null, chosen: free } };
}

async function observeEips(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const all = await cloud.publicIps();
  const onNic = all.find((one) => one.nicId === wanted.nicId);
  const chosen = all.find((one) => isChosen(wanted, one));
  const left = all.find((one) => isLeft(wanted, one));
  return { is: "ours", have: { onNic: read(onNic), chosen: read(chosen), left: read(left) } };
}

function isChosen({ wish, gateway }: Want, { name, address }: PublicIp): boolean {
  return wish === "allocate" ? name === ownName(gateway) : address === wish;
}

function isLeft({ wish, gateway, leaving }: Want, { name, nicId }: PublicIp): boolean {
  if (wish !== "keep") return false;
  // What was allocated for a pair goes with the pair.
  const left = leaving !== undefined && nicId === leaving && name !== ownName(gateway);
  return left || name.startsWith(movingMark(gateway));
}

function read(found: PublicIp | undefined): Eip | null {
  return found ? { id: found.id, address: found.address, boundTo: found.nicId ?? null } : null;
}
