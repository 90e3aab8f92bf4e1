/** The main job on a real OpenStack, by each recipe: plan, apply, second plan, verify, undo. Packets judge, and the API. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { hostScript } from "../lab/world-state.ts";
import { openEndpoint, readEntry } from "./calls/endpoint.ts";
import { at } from "./calls/field.ts";
import { cloudsFile } from "./cloud.ts";
import { specText } from "./gateway-spec.ts";
import { Project, type Server } from "./project.ts";
import { projectState } from "./project-state.ts";
import { Servers } from "./servers.ts";
import { commonRouter, noRouter, ownRouter, type Topology } from "./topologies.ts";

const planSchema = z.object({
  gateways: z.array(z.object({ changes: z.array(z.object({ step: z.string() })) })),
  summary: z.object({ changes: z.number(), right: z.number(), blocked: z.number() }),
});
/** Neutron's agents and the machine's other work take their time. */
const patience = { timeout: 90_000, interval: 500 };

describe.each([
  {
    recipe: "an extra route on the clients' own router",
    build: ownRouter,
    more: [],
    step: "cloud/default-route",
    leaseTells: false,
    before: undefined,
  },
  {
    recipe: "the gateway address of a subnet without a router",
    build: (project: Project) => noRouter(project, { start: "192.168.125.10", end: "192.168.125.250" }),
    more: [],
    step: "cloud/subnet-gateway",
    leaseTells: true,
    before: undefined,
  },
  {
    recipe: "host routes of a subnet without a router",
    build: (project: Project) => noRouter(project),
    more: [],
    step: "cloud/host-routes",
    leaseTells: true,
    before: undefined,
  },
  {
    recipe: "host routes of a subnet whose router is the proxy's own",
    build: (project: Project) => commonRouter(project, 1),
    more: ["recipe: host-routes"],
    step: "cloud/host-routes",
    leaseTells: true,
    before: "router",
  },
])("by $recipe", ({ build, more, step, leaseTells, before }) => {
  let project: Project;
  let servers: Servers;
  let topology: Topology;
  let file: string;
  let start: unknown;
  let seenBefore: string | undefined;

  const wayout = (...words: readonly string[]) => servers.wayout(...words, "--file", file);
  const must = async (...words: readonly string[]): Promise<string> => {
    const ended = await wayout(...words);
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
    return ended.stdout;
  };
  const plan = async () => {
    const ended = await wayout("plan", "--json");
    return { code: ended.code, said: ended.stderr, ...planSchema.parse(JSON.parse(ended.stdout)) };
  };
  const state = async () => ({
    cloud: await projectState(project),
    hosts: await Promise.all(topology.proxies.map((proxy) => servers.inside(proxy, hostScript))),
  });
  /** With a new lease, as servers ask for one when half the time of the old one is over: Neutron tells dnsmasq a bit later. */
  const seenAs = async (server: Server): Promise<string | undefined> => {
    if (leaseTells && !servers.lease(server)) return "no lease";
    return await servers.seenAs(server);
  };

  beforeAll(async () => {
    project = new Project(await openEndpoint(readEntry(cloudsFile, "tenant")));
    servers = await Servers.open();
    await project.empty();
    topology = await build(project);
    file = join(servers.folder, "wayout.yaml");
    writeFileSync(file, specText({ proxies: topology.proxies.map(({ name }) => name), more }));
    for (const proxy of topology.proxies) await servers.start(proxy, "machine");
    await servers.start(topology.client, "light");
    seenBefore = before === "router" ? await routerAddress(project) : undefined;
    start = await state();
  });
  afterAll(async () => {
    await servers.close();
    await project.empty();
  });

  test("before it, the client does not leave by the proxy", async () => {
    const [proxy] = topology.proxies;
    if (!proxy) throw new Error("no proxy");
    await expect.poll(() => servers.seenAs(proxy), patience).toBe(topology.floatingIps[0]);
    expect(await servers.seenAs(topology.client)).toBe(seenBefore);
  });

  test("the plan has this recipe's step, and changes nothing", async () => {
    const planned = await plan();
    expect(planned, planned.said).toMatchObject({ code: 2, summary: { blocked: 0 } });
    expect(planned.gateways[0]?.changes.map((change) => change.step)).toContain(step);
    expect(await state()).toEqual(start);
  });

  test("apply gives the client a way out, seen outside as the proxy's floating IP", async () => {
    const applied = await wayout("apply", "--yes");
    expect(applied.stdout + applied.stderr).toContain("run 0001: done");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    // What is told by DHCP is in force at the next renewal; the verify of apply comes before that, and says so.
    expect(applied.stderr.includes("when they renew their lease")).toBe(leaseTells);
    await expect.poll(() => seenAs(topology.client), patience).toBe(topology.floatingIps[0]);
  });

  test("the proxy itself goes on as before, also with a new lease", async () => {
    for (const [index, proxy] of topology.proxies.entries()) {
      await expect.poll(() => seenAs(proxy), patience).toBe(topology.floatingIps[index]);
    }
  });

  test("a second plan is empty", async () => {
    const planned = await plan();
    expect(planned, planned.said).toMatchObject({ code: 0, summary: { changes: 0, blocked: 0 } });
  });

  test("verify proves it from the client's seat", async () => {
    const verified = z
      .object({
        ok: z.boolean(),
        checks: z.array(z.object({ from: z.string(), ok: z.boolean().nullable() })),
      })
      .parse(JSON.parse(await must("verify", "--json")));
    expect(verified.ok).toBe(true);
    expect(
      verified.checks.filter(({ from, ok }) => from === topology.client.name && ok === true),
    ).not.toEqual([]);
  });

  test("undo brings back what was, in the cloud, on the host and for packets", async () => {
    await must("undo");
    await expect.poll(() => seenAs(topology.client), patience).toBe(seenBefore);
    expect(await state()).toEqual(start);
  });
});

/** By which a router that translates is seen. */
async function routerAddress(project: Project): Promise<string> {
  const routers = await project.must("network", "GET", "/v2.0/routers?name=vpc-app");
  return String(at(routers, "routers.0.external_gateway_info.external_fixed_ips.0.ip_address"));
}
