import { z } from "zod";
import type { CloudReader, PublicIp } from "../../cloud/cloud.ts";
import { Problem } from "../../report/problem.ts";
import { movingMark, ownName } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";

/**
 * Sees that the outer virtual IP has the EIP that clients are seen as, whichever proxy is active. `keep` moves the
 * proxy's EIP there, so that partners still know the address; the others bind one that no proxy has, and so cut nothing.
 */

const want = z.object({
  gateway: z.string(),
  subnetId: z.string(),
  /** Of the outer virtual IP. */
  name: z.string(),
  ip: z.string(),
  /** keep, allocate, or an address. */
  wish: z.string(),
  bandwidthMbit: z.number(),
  /** The proxies' NICs, the first one's EIP is kept first. */
  proxies: z.array(z.object({ server: z.string(), nicId: z.string(), ip: z.string() })),
});
const eip = z.object({ id: z.string(), address: z.string(), boundTo: z.string().nullable() });
const have = z.object({
  /** The EIP on the outer virtual IP. */
  bound: eip.nullable(),
  /** The EIP that belongs there. */
  chosen: eip.nullable(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;
type Eip = z.infer<typeof eip>;

export const pairPublicIp: Step<Want, Have> = {
  kind: "pair/public-ip",
  want,
  have,
  object: ({ name }) => name,
  title: ({ wish, ip }) =>
    wish === "keep"
      ? `Keep the EIP, on the pair's virtual IP ${ip}`
      : wish === "allocate"
        ? `Give the pair's virtual IP ${ip} an EIP`
        : `Bind EIP ${wish} to the pair's virtual IP ${ip}`,

  observe: (wanted, { cloud }) => observeEips(wanted, cloud),

  decide({ wish, ip, proxies }, observed) {
    const { bound, chosen } = observed.is === "absent" ? { bound: null, chosen: null } : observed.have;
    const given = wish !== "keep" && wish !== "allocate";
    if (bound && (!given || bound.address === wish)) {
      return { action: "none", because: `${ip} has EIP ${bound.address}` };
    }
    const blocked = (because: string, hint: string) =>
      ({ action: "blocked", because, hint, adoptable: false }) as const;
    if (bound) {
      return blocked(
        `${ip} has EIP ${bound.address}, not ${wish}`,
        "Unbind it first, or write publicIp: keep: replacing it would cut what uses it now.",
      );
    }
    const owner = proxies.find((proxy) => proxy.nicId === chosen?.boundTo);
    if (chosen?.boundTo && !owner) {
      return blocked(`EIP ${chosen.address} is bound to another NIC`, "Unbind it there first.");
    }
    if (given && !chosen)
      return blocked(`the account has no EIP ${wish}`, "Write one of the account's EIPs, or allocate.");
    if (wish === "keep" && !chosen)
      return blocked("no proxy has an EIP to keep", "Bind one to a proxy, or write publicIp: allocate.");
    const gentler =
      wish === "allocate"
        ? "A free EIP by its address"
        : "`publicIp: allocate`, or a free EIP by its address,";
    return {
      action: chosen ? "change" : "create",
      because: owner
        ? `EIP ${chosen?.address} is on ${owner.server}, and would end with it`
        : `the pair's virtual IP ${ip} has no EIP`,
      after: { publicIp: chosen?.address ?? "known after apply", virtualIp: ip },
      notice: owner
        ? `open connections over ${chosen?.address} end, of clients too: it leaves ${owner.ip}, to which they are translated, and new ones find no way for some seconds. ${gentler} cuts nothing but is another address to the outside. ${owner.server} is logged in to through the other proxy, or through the pair, from then on`
        : `connections that are open go on by the address they have; new ones come from ${chosen?.address ?? "the new EIP"}${chosen ? "" : "; an EIP costs money"}`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    const now = observed.is === "absent" ? undefined : observed.have;
    if (now?.bound) return;
    const vip = await outerNic(wanted, cloud);
    const { gateway, bandwidthMbit } = wanted;
    const chosen =
      now?.chosen ?? (await cloud.allocatePublicIp({ name: ownName(gateway), bandwidthMbit, forNic: vip }));
    await cloud.movePublicIp(chosen.id, vip, movingMark(gateway));
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeEips(wanted, cloud);
    if (now.is === "absent") return;
    const was = before.is === "absent" ? { bound: null, chosen: null } : before.have;
    const current = now.have.bound ?? now.have.chosen;
    if (was.chosen && !(await cloud.publicIps()).some((one) => one.id === was.chosen?.id)) {
      throw new Problem({
        code: "undo/eip-gone",
        summary: `EIP ${was.chosen.address} is no longer in the account`,
        hint: "A released EIP cannot be brought back; `undo --force` goes on without it.",
      });
    }
    const home = was.chosen?.boundTo ? await cloud.nic(was.chosen.boundTo) : undefined;
    if (was.chosen?.boundTo && home) {
      await cloud.movePublicIp(was.chosen.id, was.chosen.boundTo, movingMark(wanted.gateway));
    } else if (now.have.bound && !was.bound) await cloud.unbindPublicIp(now.have.bound.id);
    if (current && !was.chosen && wanted.wish === "allocate") await cloud.releasePublicIp(current.id);
  },

  /** An EIP whose proxy was deleted cannot go back there: it is free then, as if the proxy had been deleted with it. */
  async gone({ proxies }, { cloud }) {
    const nics = await Promise.all(
      proxies.map(async (proxy) => ({ proxy, nic: await cloud.nic(proxy.nicId) })),
    );
    const missing = nics.filter(({ nic }) => !nic).map(({ proxy }) => proxy);
    if (missing.length === 0) return undefined;
    const names = missing.map(({ server }) => server).join(" and ");
    return {
      because: `the NIC of ${names} is gone from the cloud`,
      left: (state) =>
        unboundFrom(
          missing.map(({ nicId }) => nicId),
          state,
        ),
    };
  },

  takenBack: ({ ip }) =>
    `open connections that are translated to ${ip} end: the EIP leaves it. New ones go by the proxy's own`,

  describe: ({ bound }) => bound?.address ?? "none",
};

function unboundFrom(nicIds: readonly string[], state: Observed<Have>): Observed<Have> {
  if (state.is === "absent") return state;
  const { chosen } = state.have;
  const free = chosen?.boundTo && nicIds.includes(chosen.boundTo) ? { ...chosen, boundTo: null } : chosen;
  return { ...state, have: { ...state.have, chosen: free } };
}

async function observeEips(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const [all, nics] = await Promise.all([cloud.publicIps(), cloud.nics({ subnetId: wanted.subnetId })]);
  const vip = nics.find((nic) => nic.name === wanted.name && nic.serverId === "");
  const bound = all.find((one) => vip !== undefined && one.nicId === vip.id);
  const chosen = chosenFrom(all, wanted) ?? bound;
  return { is: "ours", have: { bound: bound ? read(bound) : null, chosen: chosen ? read(chosen) : null } };
}

function chosenFrom(all: readonly PublicIp[], { wish, gateway, proxies }: Want): PublicIp | undefined {
  const allocated = ownName(gateway);
  if (wish === "allocate") {
    return all.find(({ name }) => name === allocated || name === `${movingMark(gateway)}${allocated}`);
  }
  if (wish !== "keep") return all.find((one) => one.address === wish);
  const onProxies = proxies.flatMap(({ nicId }) => all.find((one) => one.nicId === nicId) ?? []);
  return all.find((one) => one.name.startsWith(movingMark(gateway))) ?? onProxies[0];
}

/** @throws Problem cloud/not-found: the step before this one made it. */
async function outerNic({ subnetId, name, ip }: Want, cloud: CloudReader): Promise<string> {
  const vip = (await cloud.nics({ subnetId })).find((nic) => nic.name === name && nic.serverId === "");
  if (vip) return vip.id;
  throw new Problem({
    code: "cloud/not-found",
    summary: `the virtual IP ${ip} (${name}) is gone`,
    hint: "Somebody deleted it meanwhile. Run it again.",
    retry: true,
  });
}

function read({ id, address, nicId }: PublicIp): Eip {
  return { id, address, boundTo: nicId ?? null };
}
