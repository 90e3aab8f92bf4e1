/** A plain OpenStack, with its own driver: each recipe planned, applied, proven with real packets, and taken back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

const lab = "test-openstack";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const planSchema = z.object({
  gateways: z.array(
    z.object({
      recipe: z.object({ kind: z.string(), because: z.string() }),
      changes: z.array(z.object({ step: z.string(), object: z.string() })),
      blocked: z.array(z.object({ step: z.string(), because: z.string(), hint: z.string() })),
    }),
  ),
  summary: z.object({ changes: z.number(), right: z.number(), blocked: z.number() }),
});

const statusSchema = z.object({
  gateways: z.array(
    z.object({
      pair: z.object({ active: z.string() }),
      subnets: z.array(z.object({ route: z.string() })),
    }),
  ),
});

async function plan() {
  const planned = await wayout("plan", "--json", ...where);
  return { ...planSchema.parse(JSON.parse(planned.stdout)), code: planned.code };
}

const pair = ["ecs-proxy-1", "ecs-proxy-2"];
const proxies = [...pair, "ecs-between", "ecs-beside"];
async function state(hosts: readonly string[] = proxies) {
  const kept = await Promise.all(hosts.map(async (host) => [host, await hostState(lab, host)] as const));
  return { cloud: await cloudState(lab), hosts: Object.fromEntries(kept) };
}

const routesOf = async (server: string) => (await inside(lab, server, "ip", "route")).stdout;
const reaches = async (server: string, address: string) =>
  (await inside(lab, server, "ping", "-c", "1", "-W", "2", address)).code === 0;

/** The ranges that ecs-proxy-1's NIC is open to. */
const opened = async () => {
  const cloud = await labCloud(lab);
  const proxy = (await cloud.servers()).find(({ name }) => name === "ecs-proxy-1");
  const [nic] = await cloud.nics({ serverId: proxy?.id ?? "" });
  return nic?.addressPairs.map((pair) => pair.ip_address);
};

let start: Awaited<ReturnType<typeof state>>;

beforeAll(async () => {
  await must("lab", "up", "openstack", "--name", lab);
  start = await state();
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

describe("G1, a router of the clients' own, and G2, a network without a router", () => {
  beforeAll(() => {
    file.writeText(`cloud: lab
gateways:
  - { name: inside, vpc: router-inside, proxies: [ecs-between], subnets: [subnet-inside] }
  - { name: alone, vpc: subnet-alone, proxies: [ecs-beside], subnets: [subnet-alone] }
`);
  });

  test("the plan sends the router's route, and makes the proxy the subnet's gateway, and says why", async () => {
    expect(await seenAs(lab, "ecs-inside-1")).toBeUndefined();
    expect(await seenAs(lab, "ecs-alone-1")).toBeUndefined();
    const { gateways, code } = await plan();
    expect(code).toBe(2);
    expect(gateways.map(({ recipe }) => recipe)).toEqual([
      { kind: "router-route", because: expect.stringContaining("goes by another network") },
      { kind: "subnet-gateway", because: expect.stringContaining("has no router") },
    ]);
    const proxy = [
      "cloud/security-group",
      "cloud/source-destination-check",
      "host/ip-forwarding",
      "host/source-nat",
    ];
    expect(gateways.map(({ changes }) => changes.map(({ step }) => step))).toEqual([
      [...proxy, "cloud/default-route"],
      // Of the proxy, and of a server in the subnet that has its EIP on another NIC.
      [...proxy, "cloud/dhcp-options", "cloud/dhcp-options", "cloud/subnet-gateway"],
    ]);
    expect(await cloudState(lab)).toEqual(start.cloud);
  });

  test("applied, clients leave as the floating IP of their proxy's other NIC, and nothing is left to do", async () => {
    await must("apply", "--yes", ...where);
    expect(await seenAs(lab, "ecs-inside-1")).toBe("203.0.113.12");
    expect(await seenAs(lab, "ecs-alone-1")).toBe("203.0.113.13");
    expect(await seenAs(lab, "ecs-other-1")).toBeUndefined();
    expect((await plan()).summary).toEqual({ changes: 0, right: 14, blocked: 0 });
  });

  test("undo leaves everything as it was", async () => {
    await must("undo", ...where);
    expect(await seenAs(lab, "ecs-inside-1")).toBeUndefined();
    expect(await seenAs(lab, "ecs-alone-1")).toBeUndefined();
    const hosts = ["ecs-between", "ecs-beside"];
    const now = await state(hosts);
    expect(now.cloud).toEqual(start.cloud);
    expect(now.hosts).toEqual(Object.fromEntries(hosts.map((host) => [host, start.hosts[host]])));
  });
});

describe("the naive route on the proxy's own router", () => {
  test("is refused with the reason, and nothing is changed", async () => {
    file.write({ vpc: "router-public", proxies: "[ecs-proxy-1]", recipe: "router-route" });
    const { gateways, summary, code } = await plan();
    expect(code).toBe(1);
    expect(summary.blocked).toBe(1);
    expect(gateways[0]?.blocked).toEqual([
      {
        step: "recipe",
        because: expect.stringMatching(/takes the place of its own default: what the proxy sends comes back/),
        hint: expect.stringContaining("host routes"),
      },
    ]);
    expect((await wayout("apply", "--yes", ...where)).code).toBe(1);
    expect(await cloudState(lab)).toEqual(start.cloud);
  });

  test("loops in this lab as it does in Neutron", async () => {
    const cloud = await labCloud(lab);
    const [table] = (await cloud.routeTables()).filter(({ name }) => name === "router-public");
    const proxy = (await cloud.servers()).find(({ name }) => name === "ecs-proxy-1");
    const route = {
      destination: "0.0.0.0/0",
      type: "ecs",
      nextHop: proxy?.id ?? "",
      description: "",
    } as const;
    await cloud.addRoute(table?.id ?? "", route);
    expect(await seenAs(lab, "ecs-proxy-1")).toBeUndefined();
    await cloud.deleteRoute(table?.id ?? "", route);
    expect(await seenAs(lab, "ecs-proxy-1")).toBe("203.0.113.10");
  });
});

describe("G3, host routes", () => {
  beforeAll(() => {
    file.write({ vpc: "router-public", proxies: "[ecs-proxy-1]" });
  });

  test("the plan tells the proxy, and the server with an EIP, that nothing changes for them before it tells the subnet", async () => {
    const { gateways } = await plan();
    expect(gateways[0]?.recipe.kind).toBe("host-routes");
    expect(gateways[0]?.changes.slice(-3)).toEqual([
      { step: "cloud/dhcp-options", object: "ecs-proxy-1 192.168.125.4" },
      { step: "cloud/dhcp-options", object: "ecs-proxy-2 192.168.125.5" },
      { step: "cloud/host-routes", object: "subnet-app" },
    ]);
  });

  test("applied, the client leaves as the proxy's floating IP, and its neighbours are where they were", async () => {
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    await must("apply", "--yes", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    expect(await seenAs(lab, "ecs-proxy-2")).toBe("203.0.113.11");
    expect(await seenAs(lab, "ecs-other-1")).toBeUndefined();
    expect(await routesOf("ecs-app-1")).toContain("192.168.126.0/24 via 192.168.125.1");
    expect(await reaches("ecs-app-1", "192.168.126.11")).toBe(true);
    expect(await opened()).toEqual(["0.0.0.0/0"]);
    expect((await plan()).summary).toEqual({ changes: 0, right: 8, blocked: 0 });
  });

  test("a second proxy makes it a pair: the client goes on by the virtual IP, and is seen as the pair's floating IP", async () => {
    file.write({
      vpc: "router-public",
      proxies: "[ecs-proxy-1, ecs-proxy-2]",
      publicIp: "203.0.113.20",
    });
    await must("apply", "--yes", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.20");
    expect(await opened()).toEqual(["0.0.0.0/1", "128.0.0.0/1"]);
    expect(await routesOf("ecs-app-1")).toMatch(/^128\.0\.0\.0\/1 via 192\.168\.125\.2\d\d /m);
    expect((await plan()).summary).toMatchObject({ changes: 0, blocked: 0 });
  });

  test("the pair's way out survives the active proxy", async () => {
    const status = statusSchema.parse(JSON.parse(await must("status", "--json", ...where)));
    expect(status.gateways[0]?.subnets[0]?.route).toBe("0.0.0.0/0 to the pair, by DHCP");
    const active = status.gateways[0]?.pair.active ?? "";
    await must("lab", "break", "cable", active, "--name", lab);
    await expect.poll(() => seenAs(lab, "ecs-app-1"), { timeout: 10_000 }).toBe("203.0.113.20");
    await must("lab", "mend", `cable ${active}`, "--name", lab);
  });

  test("undo leaves everything as it was", async () => {
    // A proxy whose cable was out comes back as the standby first: undo changes nothing under way.
    await expect
      .poll(async () => (await wayout("verify", ...where)).code, { timeout: 60_000, interval: 1_000 })
      .toBe(0);
    await must("undo", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    expect(await routesOf("ecs-app-1")).not.toContain("/1 ");
    const now = await state(pair);
    expect(now.cloud).toEqual(start.cloud);
    expect(now.hosts).toEqual(Object.fromEntries(pair.map((host) => [host, start.hosts[host]])));
  });
});
