import { expect, test } from "vitest";
import type { CloudReader, RouteTable } from "../cloud/cloud.ts";
import { stillWorld } from "../steps/testing/still-cloud.ts";
import { readInventory } from "./resolve/inventory.ts";
import { snapshot } from "./snapshot.ts";

const vpcs = ["a", "b"].map((id) => ({ id, name: `vpc-${id}`, cidrs: [], sharedSnat: false }));
const tables: readonly RouteTable[] = vpcs.map(({ id }) => ({
  id: `table-${id}`,
  name: "",
  vpcId: id,
  isDefault: true,
  routes: [],
  subnetIds: [],
}));

function telling(routesReadByTable: boolean) {
  const asked: string[] = [];
  const { cloud } = stillWorld({});
  const told: CloudReader = {
    ...cloud,
    traits: { ...cloud.traits, routesReadByTable },
    vpcs: async () => vpcs,
    async routeTables(vpcId) {
      asked.push(vpcId ?? "all");
      return tables.filter((table) => vpcId === undefined || table.vpcId === vpcId);
    },
    async routeTable(id) {
      asked.push(id);
      return tables.find((table) => table.id === id);
    },
  };
  return { cloud: snapshot(told), asked };
}

/** What a plan for one VPC reads. */
async function plan(cloud: CloudReader): Promise<readonly string[]> {
  const { tables } = await readInventory(cloud, new Set(["vpc-b"]));
  const again = await cloud.routeTables("b");
  const one = await cloud.routeTable("table-b");
  return [...(tables.get("b") ?? []), ...again, ...(one ? [one] : [])].map((table) => table.id);
}

test("where a table costs a call, a plan reads those of the VPC it is about, once", async () => {
  const { cloud, asked } = telling(true);
  expect(await plan(cloud)).toEqual(["table-b", "table-b", "table-b"]);
  expect(asked).toEqual(["b"]);
});

test("where lists come with routes, one list of all serves every question", async () => {
  const { cloud, asked } = telling(false);
  expect(await plan(cloud)).toEqual(["table-b", "table-b", "table-b"]);
  expect(asked).toEqual(["all"]);
});

test("a table of a VPC that nobody asked for is read by itself, once", async () => {
  const { cloud, asked } = telling(true);
  await plan(cloud);
  for (const _ of ["once", "again"]) expect((await cloud.routeTable("table-a"))?.vpcId).toBe("a");
  expect(asked).toEqual(["b", "table-a"]);
});
