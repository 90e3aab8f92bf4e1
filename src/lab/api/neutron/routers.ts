import { z } from "zod";
import { nextHopAddress } from "../../next-hop-address.ts";
import type { LabRoute, LabState, LabVpc } from "../../state.ts";
import type { Answer } from "../answer.ts";
import { type Call, reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { defaultTableOf, gatewayOwner, subnetsOf, updateRouteTable, updateVpc } from "../operations/index.ts";
import { found, Refused } from "../operations/refused.ts";
import { timeForms } from "../times.ts";
import { collection } from "./collection.ts";
import { externalNetworkId } from "./networks.ts";
import { requireRevision, revisionOf } from "./revisions.ts";

const hops = z.array(z.strictObject({ destination: z.string(), nexthop: z.string() }));
const extraRoutesBody = z.object({ router: z.strictObject({ routes: hops }) });
const updateBody = z.object({
  router: z
    .strictObject({
      name: z.string(),
      routes: hops,
      admin_state_up: z.literal(true),
      external_gateway_info: z.object({
        network_id: z.string().optional(),
        enable_snat: z.boolean().optional(),
      }),
    })
    .partial(),
});
type Hop = z.infer<typeof hops>[number];

/** On OTC a router is a VPC seen by Neutron: its id is the VPC's, its routes are those of the default table. */
export const routerEndpoints = [
  reads("vpc", "/v2.0/routers", (call, api) =>
    collection(call, api, "routers", routersOf(api.state), (vpc) => describe(api.state, vpc)),
  ),
  reads("vpc", "/v2.0/routers/:id", (call, { state }) => answer(state, call)),
  writes("vpc", "PUT", "/v2.0/routers/:id", (call, { state }) => {
    const { name, routes, external_gateway_info: gateway } = call.read(updateBody).router;
    if (gateway?.enable_snat) throw new Failed("not-built", "The lab's cloud has no shared SNAT.");
    const vpc = routerWith(state, call.param("id"));
    if (state.cloud === "openstack") requireRevision(call, routerRevision(state, vpc));
    if (name !== undefined) updateVpc(state, vpc.id, { name });
    if (routes) replaceHops(state, vpc.id, routes);
    return answer(state, call);
  }),
  writes("vpc", "PUT", "/v2.0/routers/:id/add_extraroutes", (call, { state }) => {
    const vpc = routerWith(state, call.param("id"));
    const present = hopsOf(state, vpc.id);
    const missing = call.read(extraRoutesBody).router.routes.filter((hop) => !holds(present, hop));
    addHops(state, vpc.id, missing);
    return answer(state, call);
  }),
  writes("vpc", "PUT", "/v2.0/routers/:id/remove_extraroutes", (call, { state }) => {
    const vpc = routerWith(state, call.param("id"));
    const present = hopsOf(state, vpc.id);
    removeHops(
      state,
      vpc.id,
      call.read(extraRoutesBody).router.routes.filter((hop) => holds(present, hop)),
    );
    return answer(state, call);
  }),
];

function routersOf(state: LabState): LabVpc[] {
  return [...state.vpcs.values()].filter((vpc) => vpc.router !== "none");
}

function routerWith(state: LabState, id: string): LabVpc {
  const vpc = found(state.vpcs, "vpc", id);
  if (vpc.router === "none") throw new Refused("vpc", "missing", `Vpc ${id} could not be found.`);
  return vpc;
}

function answer(state: LabState, call: Call): Answer {
  return { status: 200, body: { router: describe(state, routerWith(state, call.param("id"))) } };
}

/** Routes whose next hop has no address are not shown here, and so stay when the list is replaced. */
function replaceHops(state: LabState, vpcId: string, wanted: readonly Hop[]): void {
  const present = hopsOf(state, vpcId);
  removeHops(
    state,
    vpcId,
    present.filter((hop) => !holds(wanted, hop)),
  );
  addHops(
    state,
    vpcId,
    wanted.filter((hop) => !holds(present, hop)),
  );
}

function addHops(state: LabState, vpcId: string, hopsToAdd: readonly Hop[]): void {
  const add = hopsToAdd.map((hop) => routeVia(state, vpcId, hop));
  updateRouteTable(state, defaultTableOf(state, vpcId).id, { add });
}

function removeHops(state: LabState, vpcId: string, hopsToRemove: readonly Hop[]): void {
  const del = hopsToRemove.map((hop) => hop.destination);
  updateRouteTable(state, defaultTableOf(state, vpcId).id, { del });
}

function hopsOf(state: LabState, vpcId: string): Hop[] {
  return defaultTableOf(state, vpcId).routes.flatMap((route) => {
    const nexthop = nextHopAddress(state, route);
    return nexthop === undefined ? [] : { destination: route.destination, nexthop };
  });
}

function holds(list: readonly Hop[], hop: Hop): boolean {
  return list.some((each) => each.destination === hop.destination && each.nexthop === hop.nexthop);
}

/** The typed route that an address as next hop means. */
function routeVia(state: LabState, vpcId: string, { destination, nexthop }: Hop): LabRoute {
  const port = subnetsOf(state, vpcId)
    .map((subnet) => state.ports.get(state.ports.withAddress(subnet.id, nexthop) ?? ""))
    .find((each) => each !== undefined);
  if (!port || port.owner === gatewayOwner) {
    const reason = port ? "used by router" : "not connected with router";
    const words = `Invalid format for routes: [{'destination': '${destination}', 'nexthop': '${nexthop}'}]`;
    throw new Refused("route", "foreign", `${words}, the nexthop is ${reason}`);
  }
  const base = { destination, description: "" };
  // A Neutron router knows addresses only, and keeps a route whose next hop is gone.
  if (state.cloud === "openstack") return { ...base, type: "vip", nexthop };
  if (port.serverId === "") return { ...base, type: "vip", nexthop };
  const primary = state.ports.ofServer(port.serverId)[0]?.id === port.id;
  return primary
    ? { ...base, type: "ecs", nexthop: port.serverId }
    : { ...base, type: "eni", nexthop: port.id };
}

function routerRevision(state: LabState, vpc: LabVpc): number {
  return revisionOf(state, vpc.id, vpc, defaultTableOf(state, vpc.id));
}

function describe(state: LabState, vpc: LabVpc) {
  return {
    id: vpc.id,
    name: vpc.name,
    description: vpc.description,
    status: "ACTIVE",
    tenant_id: state.project.id,
    project_id: state.project.id,
    admin_state_up: true,
    external_gateway_info:
      vpc.router === "outside" ? { network_id: externalNetworkId, enable_snat: false } : null,
    routes: hopsOf(state, vpc.id),
    availability_zones: [`${state.project.region}-01`],
    distributed: true,
    ha: false,
    tags: vpc.tags,
    ...(state.cloud === "openstack" ? { revision_number: routerRevision(state, vpc) } : {}),
    created_at: timeForms.plain(vpc.createdAt),
    updated_at: timeForms.plain(vpc.createdAt),
  };
}
