/** State -> everything the kernel should hold, namespace by namespace. Pure, given the names. */
import type { LabState, LabSubnet, LabVpc } from "../state.ts";
import { type Binding, bindingsOf } from "./bindings.ts";
import type { Item } from "./items.ts";
import { edgeLinks, internetLinks, type Nic, nicsOf, routerLinks } from "./links.ts";
import { internetNamespace, type Names } from "./names.ts";
import { edgeRoutes, edgeTable, internetRoutes, type PathLimit } from "./nat.ts";
import type { NftTable } from "./nft-table.ts";
import { routerMarks, routerRoutes } from "./routing.ts";
import { securityTable } from "./security.ts";
import { addressItems, serverNic } from "./server-network.ts";

export interface WantedNamespace {
  readonly role: "internet" | "edge" | "router" | "server";
  /** Another making under the same name is another namespace: the old one is deleted first. */
  readonly making: string;
  readonly items: readonly Item[];
  /** Loaded before devices come up, so that nothing passes unguarded. */
  readonly guard?: NftTable;
  /** Loaded after routes are in place, so that nothing is sent where no route is yet. */
  readonly table?: NftTable;
}

/** What is wanted besides the cloud's state. */
export interface Circumstances {
  readonly names: Names;
  /** Servers whose cable is pulled. */
  readonly unplugged: ReadonlySet<string>;
  readonly pathLimit: PathLimit | null;
}

/** Namespaces by name. A link between two is made by the one that comes first. */
export function wantedNamespaces(
  state: LabState,
  { names, unplugged, pathLimit }: Circumstances,
): Map<string, WantedNamespace> {
  const vpcs = [...state.vpcs.values()];
  const subnets = Map.groupBy(state.subnets.values(), (subnet) => subnet.vpcId);
  const allNics = nicsOf(state);
  const nics = Map.groupBy(allNics, (nic) => nic.subnet.vpcId);
  const nicsOfServer = Map.groupBy(allNics, (nic) => nic.server.id);
  const bindings = Map.groupBy(bindingsOf(state), (binding) => binding.vpcId);
  const macs = gatewayMacs(state);
  const wanted = new Map<string, WantedNamespace>();
  for (const vpc of vpcs) {
    const parts: VpcParts = {
      subnets: subnets.get(vpc.id) ?? [],
      nics: nics.get(vpc.id) ?? [],
      bindings: bindings.get(vpc.id) ?? [],
    };
    wanted.set(names.router(vpc), router(state, vpc, parts, macs, names, unplugged));
  }
  for (const vpc of vpcs) {
    wanted.set(names.edge(vpc), {
      role: "edge",
      making: vpc.id,
      items: [...edgeLinks(vpc, names), ...edgeRoutes(pathLimit)],
      table: edgeTable(bindings.get(vpc.id) ?? [], pathLimit),
    });
  }
  wanted.set(internetNamespace, {
    role: "internet",
    making: "",
    items: [
      ...internetLinks(vpcs, names),
      ...internetRoutes([...bindings.values()].flat(), state.vpcs, names),
    ],
  });
  for (const server of state.servers.values()) {
    wanted.set(names.server(server), {
      role: "server",
      making: `${server.id} ${names.generation(server.id)}`,
      items: server.kind === "light" ? addressItems((nicsOfServer.get(server.id) ?? []).map(serverNic)) : [],
    });
  }
  return wanted;
}

interface VpcParts {
  readonly subnets: readonly LabSubnet[];
  readonly nics: readonly Nic[];
  readonly bindings: readonly Binding[];
}

function router(
  state: LabState,
  vpc: LabVpc,
  { subnets, nics, bindings }: VpcParts,
  macs: ReadonlyMap<string, string>,
  names: Names,
  unplugged: ReadonlySet<string>,
): WantedNamespace {
  const bound = bindings.map((binding) => binding.privateAddress);
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  return {
    role: "router",
    making: vpc.id,
    items: [
      ...routerLinks(vpc, subnets, nics, macs, names, unplugged),
      ...routerRoutes(state, vpc, subnets, names),
    ],
    guard: securityTable(state, byId, nics),
    table: routerMarks(state.routeTables.values(), subnets, bound, names),
  };
}

/** The gateway's port, where the cloud lists it, is the bridge itself. */
function gatewayMacs(state: LabState): Map<string, string> {
  const ports = [...state.ports.values()].filter((port) => port.owner.startsWith("network:router_interface"));
  return new Map(ports.map((port) => [port.subnetId, port.mac]));
}
