import { z } from "zod";
import { type CloudProblem, isCloudProblem } from "../../cloud/errors.ts";
import { parseRange } from "../../spec/addresses.ts";
import { address, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { ownMark } from "../gateway.ts";
import type { Step } from "../step.ts";
import { listWithOthers } from "../with-others.ts";
import type { World } from "../world.ts";
import { addressPair } from "./address-pair.ts";
import { blockedWithoutNic, nicGone } from "./nic-gone.ts";

/**
 * Switches the source/destination check of the proxy's NIC off, so that the fabric lets it send and receive
 * for other addresses. The cloud has no field for it: the check is off when allowed address pairs cover every
 * address (OTC takes "1.1.1.1/0" alone; VPC API, "Updating a port". Neutron takes 0.0.0.0/0, or its two halves). Pairs
 * are written as a whole list, so the ones already there are kept: only those that open the NIC are this step's, and
 * whatever others add or take away besides, whenever, stays so.
 *
 * Where virtual IPs need one form of it, a NIC that is open in another form goes over to that one: both are open.
 *
 * Only where the spec asks for it, port security goes as a whole, and with it the NIC's security groups: a cloud that lets
 * nobody set pairs may let the network's owner do that.
 */

const want = z.object({
  gateway: gatewayName,
  server: z.string(),
  nicId: cloudId,
  nicIp: address,
  /** In the order in which they are tried; undo, of older journals too, needs none. */
  anyAddressPairs: z.array(z.array(addressPair)).default([]),
  /** One of these forms is needed, the first; not just any that opens the NIC. */
  withVirtualIps: z.literal(true).exactOptional(),
  portSecurityOff: z.literal(true).exactOptional(),
  /** Why this cloud cannot do what the spec asks for. */
  unable: z.string().exactOptional(),
});
const have = z.object({
  pairs: z.array(addressPair),
  /** Of a NIC whose port security is, or is to be, off. */
  protection: z.object({ on: z.boolean(), securityGroupIds: z.array(cloudId) }).exactOptional(),
  /** The NIC is in the group that the gateway made for it. */
  inOwnGroup: z.literal(true).exactOptional(),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;
type Pair = z.infer<typeof addressPair>;

export const sourceDestinationCheck: Step<Want, Have> = {
  kind: "cloud/source-destination-check",
  want,
  have,
  object: ({ server }) => server,
  title: ({ server, nicIp, portSecurityOff }) =>
    portSecurityOff
      ? `Switch port security of ${server}'s NIC ${nicIp} off`
      : `Switch the source/destination check of ${server}'s NIC ${nicIp} off`,

  async observe({ gateway, nicId, portSecurityOff }, { cloud }) {
    const nic = await cloud.nic(nicId);
    if (!nic) return { is: "absent" };
    const on = nic.portSecurity ?? true;
    const pairs = [...nic.addressPairs];
    if (on && !portSecurityOff) return { is: "ours", have: { pairs } };
    const protection = { on, securityGroupIds: [...nic.securityGroupIds] };
    const groups = on ? await cloud.securityGroups() : [];
    const own = groups.some(
      ({ id, description }) => nic.securityGroupIds.includes(id) && description === ownMark(gateway),
    );
    return { is: "ours", have: { pairs, protection, ...(own ? { inOwnGroup: true } : {}) } };
  },

  decide(wanted, observed) {
    const { server, anyAddressPairs, portSecurityOff, unable } = wanted;
    if (observed.is === "absent") return blockedWithoutNic(server);
    if (unable !== undefined) {
      const hint = "Leave sourceDestinationCheck out of the spec.";
      return { action: "blocked", because: unable, hint, adoptable: false };
    }
    const { pairs, protection, inOwnGroup } = observed.have;
    if (inOwnGroup) {
      return {
        action: "blocked",
        because: `the NIC is in a security group that Wayout made, which could not be taken back with port security off`,
        hint: "Undo the gateway first (`wayout undo`), then apply it so.",
        adoptable: false,
      };
    }
    if (protection && !protection.on) {
      const warnings = portSecurityOff
        ? []
        : [
            `no security group guards ${server}'s NIC, whose port security is off: where Wayout switched it off, undo the gateway first (\`wayout undo\`), then apply it anew`,
          ];
      return { action: "none", because: "port security is off, and with it the check", warnings };
    }
    if (portSecurityOff) {
      return {
        action: "change",
        because: "the spec asks for it",
        after: { portSecurity: "off", securityGroups: [], pairs: [] },
        notice: `no security group guards ${server}'s NIC any more: whatever can reach it in its network does, and only its own firewall is left. Groups that let it in by its membership no longer do`,
      };
    }
    const open = pairs.map((one) => one.ip_address).join(", ");
    if (isRight(pairs, wanted)) {
      return { action: "none", because: `the check is off already (allowed address pair ${open})` };
    }
    if (opensAll(pairs)) {
      return {
        action: "change",
        because: `the check is off by ${open}, with which neighbours may not hear of a pair's virtual IPs`,
        after: { pairs: withAll(pairs, anyAddressPairs[0] ?? []) },
        notice: "nothing: the NIC is open all the time",
      };
    }
    return {
      action: "change",
      because:
        pairs.length === 0
          ? "the check is on: the fabric drops what the proxy forwards"
          : `only ${pairs.map((one) => one.ip_address).join(", ")} may pass besides the NIC's own address`,
      after: { pairs: withAll(pairs, anyAddressPairs[0] ?? []) },
      notice: `nothing; security group rules that name a group of this NIC would match any address, so it gets a group of its own first${
        anyAddressPairs.length > 1
          ? `. Where the cloud refuses it: ${anyAddressPairs.slice(1).map(textOf).join(", or ")}`
          : ""
      }`,
    };
  },

  async apply(wanted, observed, { cloud }) {
    const { nicId, anyAddressPairs, portSecurityOff } = wanted;
    if (portSecurityOff) return cloud.setNicProtection(nicId, { portSecurity: false });
    const pairs = observed.is === "absent" ? [] : observed.have.pairs;
    if (!isRight(pairs, wanted)) await openToAll(nicId, pairs, anyAddressPairs, cloud);
  },

  async undo({ nicId }, before, { cloud }) {
    if (before.is === "absent") return;
    const { pairs, protection } = before.have;
    if (!protection) {
      const now = (await cloud.nic(nicId))?.addressPairs ?? [];
      return cloud.setAddressPairs(nicId, [
        ...now.filter((one) => !isOpening(one)),
        ...pairs.filter(isOpening),
      ]);
    }
    const { on, securityGroupIds } = protection;
    await cloud.setNicProtection(
      nicId,
      on ? { portSecurity: true, securityGroupIds, addressPairs: pairs } : { portSecurity: false },
    );
  },

  subject: ({ nicId }) => nicId,

  own: ({ pairs, protection }) => (protection ? { pairs, protection } : { pairs: pairs.filter(isOpening) }),

  withOthers: (before, left, found) => ({
    ...before,
    pairs: listWithOthers(before.pairs, left.pairs, found.pairs),
    ...(before.protection && left.protection && found.protection
      ? {
          protection: {
            ...before.protection,
            securityGroupIds: listWithOthers(
              before.protection.securityGroupIds,
              left.protection.securityGroupIds,
              found.protection.securityGroupIds,
            ),
          },
        }
      : {}),
  }),

  gone: nicGone,

  describe: ({ pairs, protection }) =>
    protection && !protection.on
      ? "off, with port security"
      : opensAll(pairs)
        ? "off"
        : pairs.length === 0
          ? "on"
          : `on, but for ${textOf(pairs)}`,
};

/** The first that the cloud takes. @throws Problem of the last one where it takes none. */
async function openToAll(
  nicId: string,
  pairs: readonly Pair[],
  candidates: readonly (readonly Pair[])[],
  cloud: World["cloud"],
): Promise<void> {
  for (const [index, candidate] of candidates.entries()) {
    try {
      return await cloud.setAddressPairs(nicId, withAll(pairs, candidate));
    } catch (error) {
      if (isCloudProblem(error, "cloud/forbidden")) throw notOurs(error);
      const refused = isCloudProblem(error, "cloud/bad-request");
      if (!refused || index === candidates.length - 1) throw error;
    }
  }
}

/** Neutron lets only the network's owner set pairs (neutron conf/policies/port.py). */
function notOurs(refusal: CloudProblem): CloudProblem {
  return refusal.saying({
    hint: "On OpenStack, only the project that owns the network may open a NIC of it to other addresses. Use a proxy in a network of your own, or ask the owner.",
  });
}

/** Open in whatever form, or in the one that virtual IPs need. */
function isRight(pairs: readonly Pair[], { withVirtualIps, anyAddressPairs: [first = []] }: Want): boolean {
  if (!withVirtualIps) return opensAll(pairs);
  const there = new Set(pairs.map(rangeOf));
  return first.every((one) => there.has(rangeOf(one)));
}

/** An exact duplicate is refused (Neutron: DuplicateAddressPairInRequest); one form of what opens all is enough. */
function withAll(pairs: readonly Pair[], more: readonly Pair[]): Pair[] {
  const known = new Set(more.map((one) => one.ip_address));
  const kept = pairs.filter(
    (one) => !known.has(one.ip_address) && (rangeOf(one) !== everything || one.mac_address !== undefined),
  );
  return [...kept, ...more];
}

const everything = "0.0.0.0/0";
const halves = ["0.0.0.0/1", "128.0.0.0/1"];

/** One with a MAC of its own is for another machine, and somebody else's. */
function isOpening(pair: Pair): boolean {
  return pair.mac_address === undefined && [everything, ...halves].includes(rangeOf(pair));
}

/** However it is spelled: 1.1.1.1/0 is everything. */
function rangeOf({ ip_address }: Pair): string {
  return parseRange(ip_address)?.cidr ?? ip_address;
}

/** 0.0.0.0/0 in whatever spelling, or its two halves. */
function opensAll(pairs: readonly Pair[]): boolean {
  const ranges = new Set(pairs.map(rangeOf));
  return ranges.has(everything) || halves.every((half) => ranges.has(half));
}

function textOf(pairs: readonly Pair[]): string {
  return pairs.map((one) => one.ip_address).join(" and ");
}
