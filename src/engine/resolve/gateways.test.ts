/** Whom a gateway is for, and what is known of one whose EIP is gone. */
import { expect, test } from "vitest";
import type { Nic, Server } from "../../cloud/cloud.ts";
import { parseSpec } from "../../spec/spec.ts";
import { proxyOf } from "../../steps/testing/gateways.ts";
import { stillWorld } from "../../steps/testing/still-cloud.ts";
import { resolveGateways } from "./gateways.ts";
import { readInventory } from "./inventory.ts";
import { router, subnetOfVpc } from "./testing/networks.ts";

const table = { id: "in", name: "in", vpcId: "in", isDefault: true, routes: [], subnetIds: ["net-in"] };
const { nic: plain, server: proxy } = proxyOf(1);
const servers: readonly Server[] = ["proxy", "between", "plain"].map((name) => ({
  ...proxy,
  id: name,
  name,
  vpcId: "in",
}));
const nicOf = (serverId: string, subnetId: string): Nic => ({
  ...plain,
  id: `${serverId} ${subnetId}`,
  serverId,
  subnetId,
});

test("a server whose EIP is on another NIC than the one in the served subnet leaves by that, and is no client to be tried", async () => {
  const { cloud } = stillWorld({
    vpcs: [router("in", "outside"), router("out", "outside")],
    subnets: [subnetOfVpc("net-in", "in"), subnetOfVpc("net-out", "out")],
    servers,
    nics: [
      nicOf("proxy", "net-in"),
      nicOf("between", "net-out"),
      nicOf("between", "net-in"),
      nicOf("plain", "net-in"),
    ],
    publicIps: [
      { id: "eip-1", address: "203.0.113.11", name: "", nicId: "proxy net-in" },
      { id: "eip-2", address: "203.0.113.12", name: "", nicId: "between net-out" },
    ],
    routeTables: [table],
  });
  const text = "cloud: lab\ngateways: [{ name: egress, vpc: in, proxies: [proxy], subnets: [net-in] }]\n";
  const [gateway] = resolveGateways(parseSpec(text, "wayout.yaml"), await readInventory(cloud));
  expect(gateway?.clients.map(({ server, publicIp }) => [server.name, publicIp])).toEqual([
    ["between", "203.0.113.12"],
    ["plain", undefined],
  ]);
});

const proxies: readonly Server[] = ["ecs-1", "ecs-2"].map((name) => ({
  ...proxy,
  id: name,
  name,
  vpcId: "in",
}));
const pairFile = parseSpec(
  "cloud: lab\ngateways: [{ name: egress, vpc: in, proxies: [ecs-1, ecs-2], subnets: [net-in] }]\n",
  "wayout.yaml",
);
const pairWithoutEip = () =>
  readInventory(
    stillWorld({
      vpcs: [router("in", "outside")],
      subnets: [subnetOfVpc("net-in", "in")],
      servers: proxies,
      nics: proxies.map(({ id }, at) => ({ ...nicOf(id, "net-in"), ip: `192.168.125.${10 + at}` })),
      routeTables: [table],
    }).cloud,
  );
const kept = new Map([["egress", { id: "eip-1", address: "203.0.113.11" }]]);

test("to show what is left of a gateway, it is looked up without its EIP too", async () => {
  const [gateway] = resolveGateways(pairFile, await pairWithoutEip(), { kept, evenWithoutEip: true });
  expect(gateway?.proxies.map(({ server }) => server.name)).toEqual(["ecs-1", "ecs-2"]);
  expect(gateway?.missingEip).toMatchObject({ code: "spec/pair-eip-gone" });
});
