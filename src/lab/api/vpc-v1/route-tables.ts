import { z } from "zod";
import type { LabRoute, LabRouteTable, LabState } from "../../state.ts";
import { reads, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import {
  addRouteTable,
  associateSubnets,
  disassociateSubnets,
  localDestinations,
  removeRouteTable,
  updateRouteTable,
} from "../operations/index.ts";
import { found } from "../operations/refused.ts";
import { maxRoutesAtCreation } from "../operations/route-tables.ts";
import { pageOfV1 } from "../pagination.ts";
import { timeForms } from "../times.ts";

const routeBody = z
  .object({
    type: z.enum(["ecs", "eni", "vip", "nat", "peering", "vpn", "dc", "er"]),
    destination: z.string(),
    nexthop: z.string(),
    description: z.string().nullish(),
  })
  .transform((route): LabRoute => ({ ...route, description: route.description ?? "" }));
const createBody = z.object({
  routetable: z.object({
    vpc_id: z.string(),
    name: z.string().min(1),
    description: z.string().optional(),
    routes: z.array(routeBody).max(maxRoutesAtCreation).optional(),
  }),
});
const updateBody = z.object({
  routetable: z.object({
    name: z.string().optional(),
    description: z.string().optional(),
    routes: z
      .object({
        add: z.array(routeBody).optional(),
        mod: z.array(routeBody).optional(),
        del: z.array(z.object({ destination: z.string() })).optional(),
      })
      .optional(),
  }),
});
/** Not more than 100 subnets in one call ("Associating Subnets with a Route Table"). */
const subnetIds = z.array(z.string()).min(1).max(100);
const actionBody = z.object({
  routetable: z.object({
    subnets: z.object({ associate: subnetIds.optional(), disassociate: subnetIds.optional() }),
  }),
});

export const routeTableEndpoints = [
  reads("route-table", "/v1/:project/routetables", (call, { state }) => {
    const page = pageOfV1(matching(state, call.query), call.query);
    return {
      status: 200,
      body: {
        routetables: page.map((table) =>
          (state.cloud === "huawei" ? withoutRoutes : withoutDefault)(describe(state, table)),
        ),
      },
    };
  }),
  reads("route-table", "/v1/:project/routetables/:id", (call, { state }) => ({
    status: 200,
    body: { routetable: describe(state, found(state.routeTables, "route-table", call.param("id"))) },
  })),
  writes("route-table", "POST", "/v1/:project/routetables", (call, { state, now }) => {
    const { vpc_id: vpcId, name, description, routes } = call.read(createBody).routetable;
    const table = addRouteTable(state, { vpcId, name, description, routes }, now());
    return { status: 200, body: { routetable: describe(state, table) } };
  }),
  writes("route-table", "PUT", "/v1/:project/routetables/:id", (call, { state }) => {
    const { routes, name, description } = call.read(updateBody).routetable;
    const table = updateRouteTable(state, call.param("id"), {
      name,
      description,
      add: routes?.add,
      mod: routes?.mod,
      del: routes?.del?.map((route) => route.destination),
    });
    return { status: 200, body: { routetable: describe(state, table) } };
  }),
  writes("route-table", "DELETE", "/v1/:project/routetables/:id", (call, { state }) => {
    removeRouteTable(state, call.param("id"));
    return { status: 204 };
  }),
  writes("route-table", "POST", "/v1/:project/routetables/:id/action", (call, { state }) => {
    const { associate, disassociate } = call.read(actionBody).routetable.subnets;
    const id = call.param("id");
    if (associate && disassociate) throw new Failed("unreadable", "Associate or disassociate, not both.");
    if (!associate && !disassociate)
      throw new Failed("unreadable", "Neither associate nor disassociate is given.");
    const table = associate
      ? associateSubnets(state, id, associate)
      : disassociateSubnets(state, id, disassociate ?? []);
    return { status: 200, body: { routetable: describe(state, table) } };
  }),
];

function matching(state: LabState, query: URLSearchParams): Iterable<LabRouteTable> {
  const [id, vpcId, subnetId] = ["id", "vpc_id", "subnet_id"].map((name) => query.get(name));
  return state.routeTables
    .values()
    .filter(
      (table) =>
        (!id || table.id === id) &&
        (!vpcId || table.vpcId === vpcId) &&
        (!subnetId || table.subnetIds.includes(subnetId)),
    );
}

function describe(state: LabState, table: LabRouteTable) {
  const local = localDestinations(state, table.vpcId);
  return {
    id: table.id,
    name: table.name,
    default: table.isDefault,
    vpc_id: table.vpcId,
    description: table.description,
    routes: [
      ...local.map((destination) => ({ type: "local", destination, nexthop: "-", description: "" })),
      ...table.routes.map(({ type, destination, nexthop, description }) => ({
        type,
        destination,
        nexthop,
        description,
      })),
    ],
    subnets: table.subnetIds.map((id) => ({ id })),
    tenant_id: state.project.id,
    created_at: timeForms.plain(table.createdAt),
    updated_at: timeForms.plain(table.createdAt),
  };
}

type TableAnswer = ReturnType<typeof describe>;

/** OTC's documented list has no `default`, though the field table of the same page names it. */
function withoutDefault({ default: _default, ...rest }: TableAnswer): object {
  return rest;
}

/** huaweicloud-sdk-vpc, `v2/model/RouteTableListResp`. */
function withoutRoutes({ routes: _routes, ...rest }: TableAnswer): object {
  return rest;
}
