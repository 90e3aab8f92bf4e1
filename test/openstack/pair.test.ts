/** A pair on a real OpenStack: virtual IPs as Neutron's ports, host routes to them, the floating IP on one of them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { openEndpoint, readEntry } from "./calls/endpoint.ts";
import { cloudsFile } from "./cloud.ts";
import { specText } from "./gateway-spec.ts";
import { Project } from "./project.ts";
import { projectState } from "./project-state.ts";
import { Servers } from "./servers.ts";
import { commonRouter, type Topology } from "./topologies.ts";

const statusSchema = z.object({
  gateways: z.array(z.object({ pair: z.object({ active: z.string().nullable(), inSync: z.boolean() }) })),
});
const patience = { timeout: 90_000, interval: 500 };

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
  topology = await commonRouter(project, 2);
  eip = await project.floatingIp();
  file = join(servers.folder, "wayout.yaml");
  const proxies = topology.proxies.map(({ name }) => name);
  writeFileSync(file, specText({ proxies, more: ["recipe: host-routes", `publicIp: ${eip}`] }));
  for (const proxy of topology.proxies) await servers.start(proxy, "machine");
  await servers.start(topology.client, "light");
  start = await projectState(project);
});
afterAll(async () => {
  await servers.close();
  await project.empty();
});

test("applied, the client is seen as the pair's floating IP, and a second plan is empty", async () => {
  const applied = await wayout("apply", "--yes");
  expect(applied.stdout + applied.stderr).toContain("run 0001: done");
  const renewed = async () =>
    servers.lease(topology.client) ? await servers.seenAs(topology.client) : "no lease";
  await expect.poll(renewed, patience).toBe(eip);
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
