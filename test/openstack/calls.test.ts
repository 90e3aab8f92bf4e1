/** The same calls to the lab's OpenStack and to a real one. What differs is told in docs/lab-differences.md, all of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLab } from "../../src/lab/client/labs.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { acceptedLines } from "./calls/accepted.ts";
import { differences, type Exchange, lineOf } from "./calls/differences.ts";
import { type Endpoint, openEndpoint, readEntry } from "./calls/endpoint.ts";
import { makeCalls } from "./calls/make-calls.ts";
import { findStage } from "./calls/stage.ts";
import { cloudsFile } from "./cloud.ts";
import { Project } from "./project.ts";
import { projectState } from "./project-state.ts";

const lab = "test-openstack-calls";
const names = { proxy: "ecs-proxy-1", client: "ecs-app-1" };
let project: Project;
let real: readonly Exchange[];
let start: unknown;
let found: readonly string[];

const callsOf = async (api: Endpoint): Promise<readonly Exchange[]> =>
  makeCalls(api, await findStage(api, names));

beforeAll(async () => {
  project = new Project(await openEndpoint(readEntry(cloudsFile, "tenant")));
  await project.empty();
  const network = await project.network({ name: "subnet-app", cidr: "192.168.125.0/24" });
  await project.router("router-public", { external: true, interfaces: [network] });
  const proxy = await project.server(names.proxy, [{ network, ip: "192.168.125.4" }]);
  await project.server(names.client, [{ network, ip: "192.168.125.11" }]);
  await project.floatingIp(proxy.portIds[0] ?? "");
  start = await projectState(project);
  real = await callsOf(project.api);
  await must("lab", "up", "openstack", "--fabric", "none", "--name", lab);
  const labApi = await openEndpoint(readEntry((await openLab(lab)).cloudsFile, "lab"));
  found = differences(await callsOf(labApi), real).map(lineOf);
  process.stdout.write(`${found.length} differences in ${real.length} calls:\n${found.join("\n")}\n`);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  await project.empty();
});

test("every difference between the lab and a real OpenStack is told", () => {
  expect(found.filter((line) => !acceptedLines().includes(line))).toEqual([]);
});

test("no difference is told that is not there", () => {
  expect(acceptedLines().filter((line) => !found.includes(line))).toEqual([]);
});

test("the calls leave the project as it was", async () => {
  expect(await projectState(project)).toEqual(start);
});
