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
import { jumpsOf, type Logins, noLogins, unknownDestination } from "./recorded-login.ts";

/**
 * Asks the cloud once for each address: whoever moves an EIP needs another world after that.
 * @param proxies ids of servers through which the others may be logged in to.
 * @param logins what wayout.yaml says of logins.
 */
export function followedWorld(world: World, proxies: ReadonlySet<string>, logins: Logins = noLogins): World {
  const known = new Map<string, Host>();
  return {
    cloud: world.cloud,
    host(address) {
      const key = JSON.stringify(address);
      const host =
        known.get(key) ??
        openedHost(address, async () =>
          world.host(await addressNow(address, { proxies, logins }, world.cloud)),
        );
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

/**
 * Looks, before anything is done, whether each host is logged in to in a way that the cloud or wayout.yaml knows. Servers
 * that are gone are not logged in to, and where an EIP leads may be another place once it is moved.
 * @throws Problem host/unknown-way
 */
export async function mustKnowWays(
  addresses: readonly HostAddress[],
  cloud: CloudReader,
  logins: Logins = noLogins,
): Promise<void> {
  const each = new Map(addresses.map((address) => [JSON.stringify(address), address]));
  for (const address of each.values()) {
    if (address.serverId !== undefined && !(await cloud.server(address.serverId))) continue;
    try {
      await addressNow(address, { proxies: new Set(), logins }, cloud);
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.code === "host/unknown-way") throw cause;
    }
  }
}

/** @throws Problem host/elsewhere, host/unknown-way */
async function addressNow(
  recorded: HostAddress,
  { proxies, logins }: { readonly proxies: ReadonlySet<string>; readonly logins: Logins },
  cloud: CloudReader,
): Promise<HostAddress> {
  const server = await serverOf(recorded, cloud);
  const { jump: _, otherJumps, ...direct } = { ...recorded, serverId: server.id };
  const { ofFile, eips } = jumpsOf(recorded, logins);
  const { destination, byEip } = direct;
  const byFile = ofFile === undefined ? direct : { ...direct, jump: ofFile };
  if (logins.names.some((one) => one.server === server.name && one.destination === destination)) {
    return byFile;
  }
  const publicIps = await cloud.publicIps();
  const eip = publicIps.find((one) => one.address === destination);
  const withEip = (nic: Nic) => {
    const own = publicIps.find((one) => one.nicId === nic.id);
    return own ? { nic, eip: own } : { nic };
  };
  const [holder, ofServer] = await Promise.all([
    eip?.nicId === undefined ? undefined : cloud.nic(eip.nicId),
    cloud.nics({ serverId: server.id }),
  ]);
  const nics = ofServer.map(withEip);
  const isOwn = ofServer.some(({ ip }) => ip === destination);
  if (!eip && !byEip && !isOwn) throw unknownDestination(recorded);
  if (isOwn && eips.length === 0) return byFile;
  // Only where neither the address nor an EIP of the server's own leads to it, or where it was gone through another one.
  const leadsThere = ofServer.some(({ subnetId }) => subnetId === holder?.subnetId);
  const needsDoor = isOwn || (!leadsThere && nics.every((one) => one.eip === undefined));
  const subnets = needsDoor ? [...new Set(ofServer.map(({ subnetId }) => subnetId))] : [];
  const inSubnets = await Promise.all(subnets.map((subnetId) => cloud.nics({ subnetId })));
  const beside = inSubnets.flat().map(withEip);
  const doors = beside
    .filter(({ nic }) => nic.serverId !== server.id)
    .flatMap((one) => (one.eip ? [{ nic: one.nic, eip: one.eip }] : []));
  const known = [...doors, ...nics.flatMap((one) => one.eip ?? []).map((own) => ({ eip: own }))];
  // It was gone through a neighbour: still so, where each of the ways is an EIP beside the server.
  const ways = [recorded.jump, ...(otherJumps ?? [])].flatMap((jump) => jump ?? []);
  const stillThere = ways.filter((jump) =>
    jumpsOf({ server: server.name, jump }, logins).eips.every((ip) =>
      known.some((one) => one.eip.address === ip),
    ),
  );
  const [way, ...others] = stillThere;
  if (isOwn && way !== undefined) return { ...direct, ...byJumps([way, ...others]) };
  return whereNow(isOwn ? { ...byFile, byEip: true } : byFile, {
    ...(eip ? { eip } : {}),
    ...(holder ? { holder } : {}),
    nics,
    doors: [
      ...doors.filter(({ nic }) => proxies.has(nic.serverId)),
      ...doors.filter(({ nic }) => nic.serverId === "" && isOwnName(nic.name)),
    ],
  });
}

/** Records of earlier versions have no id: there the name decides, where one server has it. */
async function serverOf(
  { server, serverId }: HostAddress,
  cloud: CloudReader,
): Promise<{ readonly id: string; readonly name: string }> {
  if (serverId !== undefined) {
    const found = await cloud.server(serverId);
    return { id: serverId, name: found?.name ?? server };
  }
  const [only, ...others] = (await cloud.servers()).filter(({ name }) => name === server);
  if (only && others.length === 0) return only;
  throw new Problem({
    code: "host/elsewhere",
    summary: `${only ? "several servers are" : "no server is"} called ${server}, and the journal has no id of it`,
    hint: "Go on without it: `undo --skip-hosts`.",
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
