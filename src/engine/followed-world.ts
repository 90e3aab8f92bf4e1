/**
 * The world of an undo: a host is reached where its server is now. The journal knows how it was reached when the step was
 * made, and since then its EIP may have moved: that of a proxy to the virtual IP of a pair leads to whoever is active.
 */
import type { CloudReader, Nic, PublicIp } from "../cloud/cloud.ts";
import type { Host, HostAddress } from "../host/host.ts";
import { hostThrough } from "../host/through.ts";
import { Problem } from "../report/problem.ts";
import { behind, byJumps, isOwnName, loginAt } from "../steps/gateway.ts";
import type { World } from "../steps/world.ts";

/**
 * Asks the cloud once for each address: whoever moves an EIP needs another world after that.
 * @param proxies ids of servers through which the others may be logged in to.
 */
export function followedWorld(world: World, proxies: ReadonlySet<string>): World {
  const known = new Map<string, Host>();
  return {
    cloud: world.cloud,
    host(address) {
      const key = JSON.stringify(address);
      const host =
        known.get(key) ??
        openedHost(address, async () => world.host(await addressNow(address, proxies, world.cloud)));
      known.set(key, host);
      return host;
    },
  };
}

/** What the cloud says of an address that the journal has. */
export interface Whereabouts {
  /** The EIP that the address is; absent where it is none of the account's. */
  readonly eip?: PublicIp;
  /** What that EIP is bound to: a NIC or a virtual IP. */
  readonly holder?: Nic;
  /** NICs of the server, each with its EIP where it has one. */
  readonly nics: readonly { readonly nic: Nic; readonly eip?: PublicIp }[];
  /** In the server's subnets: proxies with an EIP of their own, then virtual IPs of pairs with one, which leads to whoever is active. */
  readonly doors: readonly { readonly nic: Nic; readonly eip: PublicIp }[];
}

/**
 * Directly by an EIP of the server's own, else through whoever has the EIP now, or through another proxy or that of a pair,
 * in the server's own subnet. Pure.
 * @throws Problem host/elsewhere where the EIP leads to a server that has nothing to do with it, or nowhere.
 */
export function whereNow(address: HostAddress, { eip, holder, nics, doors }: Whereabouts): HostAddress {
  const isEip = eip !== undefined || address.byEip === true;
  if (!isEip || nics.some(({ nic }) => nic.id === holder?.id)) return address;
  const own = nics.find((one) => one.eip !== undefined)?.eip;
  if (own) return { ...address, destination: own.address };
  const ways = [...(eip && holder ? [{ nic: holder, eip }] : []), ...doors].flatMap((door) => {
    const beside = nics.find(({ nic }) => nic.subnetId === door.nic.subnetId);
    const jump = behind(address.jump, loginAt(door.eip.address, address));
    return beside ? [{ destination: beside.nic.ip, jump }] : [];
  });
  const [way, ...others] = ways;
  if (way) {
    const { destination } = way;
    const otherJumps = others.filter((one) => one.destination === destination).map(({ jump }) => jump);
    return { ...address, destination, ...byJumps([way.jump, ...otherJumps]) };
  }
  const now = holder
    ? "leads to another server by now"
    : eip
      ? "is bound to nothing by now"
      : "is gone from the account";
  throw new Problem({
    code: "host/elsewhere",
    summary: `${address.destination}, by which ${address.server} was logged in to, ${now}`,
    hint: `Bind an EIP to ${address.server}, or go on without it: \`undo --skip-hosts\`.`,
  });
}

async function addressNow(
  address: HostAddress,
  proxies: ReadonlySet<string>,
  cloud: CloudReader,
): Promise<HostAddress> {
  const { serverId, destination, byEip } = address;
  if (serverId === undefined) return address;
  const publicIps = await cloud.publicIps();
  const eip = publicIps.find((one) => one.address === destination);
  if (!eip && !byEip) return address;
  const withEip = (nic: Nic) => {
    const own = publicIps.find((one) => one.nicId === nic.id);
    return own ? { nic, eip: own } : { nic };
  };
  const [holder, ofServer] = await Promise.all([
    eip?.nicId === undefined ? undefined : cloud.nic(eip.nicId),
    cloud.nics({ serverId }),
  ]);
  const nics = ofServer.map(withEip);
  // Only where neither the address nor an EIP of the server's own leads to it.
  const leadsThere = ofServer.some(({ subnetId }) => subnetId === holder?.subnetId);
  const needsDoor = !leadsThere && nics.every((one) => one.eip === undefined);
  const subnets = needsDoor ? [...new Set(ofServer.map(({ subnetId }) => subnetId))] : [];
  const inSubnets = await Promise.all(subnets.map((subnetId) => cloud.nics({ subnetId })));
  const beside = inSubnets.flat().map(withEip);
  return whereNow(address, {
    ...(eip ? { eip } : {}),
    ...(holder ? { holder } : {}),
    nics,
    doors: [
      ...beside.filter(({ nic }) => proxies.has(nic.serverId)),
      ...beside.filter(({ nic }) => nic.serverId === "" && isOwnName(nic.name)),
    ].filter((one) => one.eip !== undefined),
  });
}

/** Asks where it is when it is first needed, and once. */
function openedHost(address: HostAddress, open: () => Promise<Host>): Host {
  let opening: Promise<Host> | undefined;
  const host = (): Promise<Host> => {
    opening ??= open();
    return opening;
  };
  return hostThrough(address, async (work) => work(await host()));
}
