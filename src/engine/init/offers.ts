/** What an account has that a gateway could be made of. Pure. */
import type { CloudTraits, Nic, PublicIp, Route, Server, Subnet, Vpc } from "../../cloud/cloud.ts";
import type { Inventory } from "../resolve/inventory.ts";

/** A server that could be the proxy: it runs Linux, and has an EIP. */
export interface Candidate {
  /** What names it in a spec. */
  readonly name: string;
  readonly server: Server;
  /** The one in the VPC; the EIP may be on another one. */
  readonly nic: Nic;
  readonly subnet: Subnet;
  /** Every subnet of the VPC that it has a NIC in. */
  readonly neighbourIn: readonly string[];
  readonly publicIp: PublicIp;
}

/** A subnet, and whether its servers need a way out. */
export interface OfferedSubnet {
  /** What names it in a spec. */
  readonly name: string;
  readonly subnet: Subnet;
  /** Names of the servers that have no EIP: each of them would need one. */
  readonly without: readonly string[];
  /** The default route that its table has already; serving it would mean to replace that. */
  readonly route?: Route;
}

/** One VPC as it could be served. */
export interface Offer {
  /** What names it in a spec. */
  readonly name: string;
  readonly vpc: Vpc;
  /** The most fitting first: those beside the servers that need them, and with few NICs. */
  readonly candidates: readonly Candidate[];
  /** Those whose servers need a way out first. */
  readonly subnets: readonly OfferedSubnet[];
  /** A proxy can serve only subnets that it has a NIC in, since there are no route tables. */
  readonly neighboursOnly: boolean;
  /** Why it cannot be served, or need not; empty when it can. */
  readonly because: string;
}

/** Of every VPC; the one in which most servers would be helped comes first. */
export function offersOf(inventory: Inventory, traits: Pick<CloudTraits, "routes">): Offer[] {
  const neighboursOnly = traits.routes === "router";
  return inventory.vpcs
    .map((vpc) => offerOf(vpc, neighboursOnly, inventory))
    .sort(
      (a, b) =>
        Number(a.because !== "") - Number(b.because !== "") ||
        helped(b) - helped(a) ||
        compare(a.name, b.name),
    );
}

/** Subnets that a gateway would serve, if nobody chooses: every one with servers that have no way out. */
export function needing({ subnets }: Offer): readonly OfferedSubnet[] {
  return subnets.filter(({ without, route }) => without.length > 0 && !route);
}

/** Of these, what the proxies can serve. */
export function servedBy(offer: Offer, proxies: readonly Candidate[]): readonly OfferedSubnet[] {
  return needing(offer).filter(
    ({ subnet }) =>
      !offer.neighboursOnly || proxies.every(({ neighbourIn }) => neighbourIn.includes(subnet.id)),
  );
}

/** Servers that a gateway would give a way out, and that would need an EIP each without it. */
export function helped(offer: Offer): number {
  return needing(offer).reduce((sum, { without }) => sum + without.length, 0);
}

function offerOf(vpc: Vpc, neighboursOnly: boolean, inventory: Inventory): Offer {
  const all = inventory.subnets.get(vpc.id) ?? [];
  const subnets = all.map((subnet) => offeredSubnet(subnet, nameAmong(all, subnet), inventory));
  const offer = {
    name: nameAmong(inventory.vpcs, vpc),
    vpc,
    candidates: candidatesIn(vpc, subnets, inventory),
    subnets: subnets.sort((a, b) => b.without.length - a.without.length || compare(a.name, b.name)),
    neighboursOnly,
    because: "",
  };
  return { ...offer, because: whyNot(offer) };
}

function whyNot(offer: Offer): string {
  if (offer.vpc.sharedSnat) return "the platform gives all of it a way out already";
  if (helped(offer) === 0) {
    const served = offer.subnets.some(({ without, route }) => without.length > 0 && route);
    return served ? "its servers have a default route already" : "no server in it lacks an EIP";
  }
  return offer.candidates.length === 0 ? "no running Linux server in it has an EIP" : "";
}

/** The id of what shares its name with another one. */
function nameAmong<T extends { readonly id: string; readonly name: string }>(
  all: readonly T[],
  one: T,
): string {
  return one.name !== "" && all.filter(({ name }) => name === one.name).length === 1 ? one.name : one.id;
}

function offeredSubnet(subnet: Subnet, name: string, inventory: Inventory): OfferedSubnet {
  const servers = new Map((inventory.serversByVpc.get(subnet.vpcId) ?? []).map((one) => [one.id, one]));
  const without = (inventory.nicsBySubnet.get(subnet.id) ?? [])
    .flatMap(({ serverId }) => servers.get(serverId) ?? [])
    .filter((server) => !hasEip(server, inventory))
    .map(({ name }) => name);
  const tables = inventory.tables.get(subnet.vpcId) ?? [];
  const table =
    tables.find(({ subnetIds }) => subnetIds.includes(subnet.id)) ?? tables.find((one) => one.isDefault);
  const route = table?.routes.find(({ destination }) => destination === "0.0.0.0/0");
  return { name, subnet, without: [...new Set(without)].sort(compare), ...(route ? { route } : {}) };
}

function hasEip({ id }: Server, { nicsByServer, publicIpByNic }: Inventory): boolean {
  return (nicsByServer.get(id) ?? []).some((nic) => publicIpByNic.has(nic.id));
}

function candidatesIn(vpc: Vpc, subnets: readonly OfferedSubnet[], inventory: Inventory): Candidate[] {
  const known = new Map(subnets.map((one) => [one.subnet.id, one]));
  const neighbours = subnets.flatMap(({ subnet }) =>
    (inventory.nicsBySubnet.get(subnet.id) ?? []).map((nic) => ({ nic, subnet })),
  );
  const servers = inventory.serversByVpc.get(vpc.id) ?? [];
  const fit = servers.filter(({ status, osType }) => status === "ACTIVE" && (osType ?? "Linux") === "Linux");
  return fit
    .flatMap((server): Candidate[] => {
      const here = neighbours.filter(({ nic }) => nic.serverId === server.id);
      const withEip = (inventory.nicsByServer.get(server.id) ?? []).find(({ id }) =>
        inventory.publicIpByNic.has(id),
      );
      const publicIp = withEip && inventory.publicIpByNic.get(withEip.id);
      const seat = here.find(({ nic }) => nic.id === withEip?.id) ?? here[0];
      if (!seat || !publicIp) return [];
      const neighbourIn = here.map(({ subnet }) => subnet.id);
      return [{ name: nameAmong(servers, server), server, ...seat, neighbourIn, publicIp }];
    })
    .sort((a, b) => {
      const nicsOf = ({ server }: Candidate) => inventory.nicsByServer.get(server.id)?.length ?? 0;
      const beside = ({ subnet }: Candidate) => known.get(subnet.id)?.without.length ?? 0;
      return nicsOf(a) - nicsOf(b) || beside(b) - beside(a) || compare(a.name, b.name);
    });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
