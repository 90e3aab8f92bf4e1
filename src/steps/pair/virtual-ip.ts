import { z } from "zod";
import type { CloudReader, Nic } from "../../cloud/cloud.ts";
import { address, anyRange, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { innerName, isVirtualIp, outerName } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";

/**
 * One of the two addresses of a pair. The inner one is the next hop of the route, the outer one carries the EIP: OTC's
 * guide says that a virtual IP which is a next hop makes an EIP bound to it of no effect (VPC guide, "Route Table
 * Overview"). Bound to both proxies' NICs; whoever is active answers for it.
 */

const want = z
  .object({
    gateway: gatewayName,
    use: z.enum(["inner", "outer"]),
    name: z.string(),
    ip: address,
    subnetId: cloudId,
    subnet: z.string(),
    /** Of the two proxies. */
    addresses: z.array(address),
    /** Why this cloud cannot have it; null where it can. */
    unable: z.string().nullable(),
  })
  // Undo deletes the virtual IP of this name.
  .refine(
    ({ gateway, use, name }) => name === (use === "inner" ? innerName : outerName)(gateway),
    "name is not the pair's own",
  );
const have = z.object({ id: cloudId, name: z.string(), ip: anyRange, addresses: z.array(anyRange) });
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const virtualIp: Step<Want, Have> = {
  kind: "pair/virtual-ip",
  want,
  have,
  object: ({ name }) => name,
  title: ({ use, ip, subnet }) =>
    use === "inner"
      ? `Give the pair a virtual IP ${ip} in ${subnet} as the route's next hop`
      : `Give the pair a virtual IP ${ip} in ${subnet} for the EIP`,

  observe: (wanted, { cloud }) => observeVirtualIp(wanted, cloud),

  decide({ ip, name, addresses, unable }, observed) {
    if (unable !== null) {
      const hint = "Use one proxy in this gateway.";
      return { action: "blocked", because: unable, hint, adoptable: false };
    }
    if (observed.is === "foreign") {
      return {
        action: "blocked",
        because: `${ip} is taken: ${observed.whose}`,
        hint: "Plan again: another free address is taken then.",
        adoptable: false,
      };
    }
    if (observed.is === "absent") {
      return {
        action: "create",
        because: `there is no virtual IP ${name}`,
        after: { address: ip, boundTo: addresses },
        notice: "nothing: nobody uses it yet",
      };
    }
    const bound = observed.have.addresses;
    const right = addresses.length === bound.length && addresses.every((one) => bound.includes(one));
    if (right) return { action: "none", because: `${ip} is bound to ${bound.join(" and ")}` };
    return {
      action: "change",
      because: `${ip} is bound to ${bound.length === 0 ? "no NIC" : bound.join(" and ")}`,
      after: { address: ip, boundTo: addresses },
      notice: "nothing: it stays where it is",
    };
  },

  async apply({ subnetId, name, ip, addresses }, observed, { cloud }) {
    const there =
      observed.is === "absent" ? await cloud.createVirtualIp({ subnetId, name, ip }) : observed.have;
    await cloud.setAddressPairs(
      there.id,
      addresses.map((ip_address) => ({ ip_address })),
    );
  },

  async undo(wanted, before, { cloud }) {
    const now = await observeVirtualIp(wanted, cloud);
    if (now.is !== "ours") return;
    if (before.is === "absent") return cloud.deleteVirtualIp(now.have.id);
    const pairs = before.have.addresses.map((ip_address) => ({ ip_address }));
    await cloud.setAddressPairs(now.have.id, pairs);
  },

  describe: ({ ip, addresses }) => `${ip}, bound to ${addresses.join(" and ") || "no NIC"}`,

  own: ({ ip, addresses }) => ({ ip, addresses: [...addresses].sort() }),
};

async function observeVirtualIp({ subnetId, name, ip }: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const nics = await cloud.nics({ subnetId });
  const found = nics.find((nic) => isVirtualIp(name, nic)) ?? nics.find((nic) => nic.ip === ip);
  if (!found) return { is: "absent" };
  const there = read(found);
  if (isVirtualIp(name, found)) return { is: "ours", have: there };
  return { is: "foreign", have: there, whose: `${found.name || "a NIC"} (${found.owner || "no owner"})` };
}

function read({ id, name, ip, addressPairs }: Nic): Have {
  return { id, name, ip, addresses: addressPairs.map((pair) => pair.ip_address) };
}
