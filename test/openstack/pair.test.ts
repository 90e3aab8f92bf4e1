/** A pair on a real OpenStack, by each recipe: virtual IPs as Neutron's ports, the way to one, the floating IP on the other. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openEndpoint, readEntry } from "./calls/endpoint.ts";
import { at } from "./calls/field.ts";
import { cloudsFile } from "./cloud.ts";
import { specText } from "./gateway-spec.ts";
import { Project } from "./project.ts";
import { projectState } from "./project-state.ts";
import { Servers } from "./servers.ts";
import { commonRouter, noRouter, ownRouter, type Topology } from "./topologies.ts";

const statusSchema = z.object({
  gateways: z.array(z.object({ pair: z.object({ active: z.string().nullable(), inSync: z.boolean() }) })),
});
const patience = { timeout: 90_000, interval: 500 };

describe.each([
  {
    recipe: "host routes of a subnet whose router is the proxies' own",
    build: (project: Project) => commonRouter(project, 2),
    more: ["recipe: host-routes"],
  },
  {
    recipe: "an extra route on the clients' own router",
    build: (project: Project) => ownRouter(project, 2),
    more: [],
  },
  {
    recipe: "the gateway address of a subnet without a router",
    build: (project: Project) => noRouter(project, { start: "192.168.125.10", end: "192.168.125.250" }, 2),
    more: [],
  },
])("by $recipe", ({ build, more }) => {
  let project: Project;
  let servers: Servers;
  let topology: Topology;
  let file: string;
  let start: unknown;
  let eip: string;

  const wayout = (...words: readonly string[]) => servers.wayout(...words, "--file", file);
  const pair = async () => {
    const ended = await wayout("status", "--json");
    return statusSchema.parse(JSON.parse(ended.stdout)).gateways[0]?.pair;
  };

  beforeAll(async () => {
    project = new Project(await openEndpoint(readEntry(cloudsFile, "tenant")));
    servers = await Servers.open();
    await project.empty();
    topology = await build(project);
    eip = await project.floatingIp();
    file = join(servers.folder, "wayout.yaml");
    for (const proxy of topology.proxies) await servers.start(proxy, "machine");
    await servers.start(topology.client, "light");
    start = await projectState(project);
  });
  afterAll(async () => {
    await servers.close();
    await project.empty();
  });

  const renewed = async () =>
    servers.lease(topology.client) ? await servers.seenAs(topology.client) : "no lease";
  /** Of the NIC that the clients' packets come to. */
  const openRanges = async () => {
    const [port = ""] = topology.proxies.map(({ portIds }) => portIds.at(-1));
    const shown = await project.must("network", "GET", `/v2.0/ports/${port}`);
    return at(shown, "port.allowed_address_pairs.0.ip_address");
  };

  test("one proxy alone, whose NIC is open by the whole range", async () => {
    const [name = ""] = topology.proxies.map((proxy) => proxy.name);
    writeFileSync(file, specText({ proxies: [name], more }));
    const applied = await wayout("apply", "--yes");
    expect(applied.stdout + applied.stderr).toContain("run 0001: done");
    await expect.poll(renewed, patience).toBe(topology.floatingIps[0]);
    expect(await openRanges()).toBe("0.0.0.0/0");
  });

  test("made a pair, the client is seen as its floating IP, neighbours hear of the virtual IPs, and a second plan is empty", async () => {
    const proxies = topology.proxies.map(({ name }) => name);
    writeFileSync(file, specText({ proxies, more: [...more, `publicIp: ${eip}`] }));
    const applied = await wayout("apply", "--yes");
    expect(applied.stdout + applied.stderr).toContain("run 0002: done");
    await expect.poll(renewed, patience).toBe(eip);
    expect(await openRanges()).toBe("0.0.0.0/1");
    const planned = await wayout("plan");
    expect(planned, planned.stdout + planned.stderr).toMatchObject({ code: 0 });
  });

  test("the way out survives the active proxy's cable", async () => {
    await expect.poll(async () => (await pair())?.inSync, patience).toBe(true);
    const was = (await pair())?.active;
    const active = topology.proxies.find(({ name }) => name === was);
    if (!active) throw new Error(`no proxy is active: ${was}`);
    servers.cable(active, "down");
    await expect.poll(() => servers.seenAs(topology.client), patience).toBe(eip);
    servers.cable(active, "up");
    await expect.poll(async () => (await pair())?.inSync, patience).toBe(true);
    expect((await pair())?.active).not.toBe(was);
  });

  test("undo brings back what was", async () => {
    await expect.poll(async () => (await wayout("verify")).code, patience).toBe(0);
    const undone = await wayout("undo");
    expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
    expect(await projectState(project)).toEqual(start);
  });
});
