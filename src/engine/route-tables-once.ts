import type { CloudReader } from "../cloud/cloud.ts";
import { once, oncePer } from "./once.ts";

type RouteTables = Pick<CloudReader, "routeTables" | "routeTable">;

/**
 * The route tables of a snapshot. One list of all costs no more than one of a VPC, except where each table costs a call: there
 * those of a VPC are read when somebody asks for them, and the others are not.
 */
export function routeTablesOnce(cloud: CloudReader): RouteTables {
  return cloud.traits.routesReadByTable ? vpcByVpc(cloud) : allTogether(cloud);
}

function allTogether(cloud: CloudReader): RouteTables {
  const all = once(() => cloud.routeTables());
  const byId = once(async () => new Map((await all()).map((table) => [table.id, table])));
  const byVpc = once(async () => Map.groupBy(await all(), (table) => table.vpcId));
  return {
    routeTables: async (vpcId) => (vpcId === undefined ? all() : ((await byVpc()).get(vpcId) ?? [])),
    routeTable: async (id) => (await byId()).get(id),
  };
}

function vpcByVpc(cloud: CloudReader): RouteTables {
  const seen: ReturnType<CloudReader["routeTables"]>[] = [];
  const read = oncePer((vpcId: string | undefined) => {
    const reading = cloud.routeTables(vpcId);
    seen.push(reading);
    return reading;
  });
  const readOne = oncePer((id: string) => cloud.routeTable(id));
  return {
    routeTables: (vpcId) => read(vpcId),
    routeTable: async (id) =>
      (await Promise.all(seen)).flat().find((table) => table.id === id) ?? (await readOne(id)),
  };
}
