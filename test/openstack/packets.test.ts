/** What this cloud's packets do before Wayout comes: the judge of the other tests is judged. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openEndpoint, readEntry } from "./calls/endpoint.ts";
import { at } from "./calls/field.ts";
import { cloudsFile } from "./cloud.ts";
import { Project, type Server } from "./project.ts";
import { Servers } from "./servers.ts";

let project: Project;
let servers: Servers;
let proxy: Server;
let client: Server;
let hidden: Server;
let floatingIp: string;
let routerIp: string;

beforeAll(async () => {
  project = new Project(await openEndpoint(readEntry(cloudsFile, "tenant")));
  servers = await Servers.open();
  await project.empty();
  const open = await project.network({ name: "subnet-open", cidr: "192.168.125.0/24" });
  const closed = await project.network({ name: "subnet-closed", cidr: "192.168.126.0/24" });
  const router = await project.router("vpc-open", { external: true, interfaces: [open] });
  await project.router("vpc-closed", { external: false, interfaces: [closed] });
  const shown = await project.must("network", "GET", `/v2.0/routers/${router}`);
  routerIp = String(at(shown, "router.external_gateway_info.external_fixed_ips.0.ip_address"));
  proxy = await project.server("ecs-proxy", [{ network: open, ip: "192.168.125.4" }]);
  client = await project.server("ecs-app-1", [{ network: open, ip: "192.168.125.11" }]);
  hidden = await project.server("ecs-hidden", [{ network: closed, ip: "192.168.126.11" }]);
  floatingIp = await project.floatingIp(proxy.portIds[0] ?? "");
  await servers.start(proxy, "machine");
  await servers.start(client, "light");
  await servers.start(hidden, "light");
});
afterAll(async () => {
  await servers.close();
  await project.empty();
});

test("a server with a floating IP is seen as that", async () => {
  await expect.poll(() => servers.seenAs(proxy), { timeout: 60_000 }).toBe(floatingIp);
});

test("a server without one is seen as the router, which translates", async () => {
  await expect.poll(() => servers.seenAs(client), { timeout: 60_000 }).toBe(routerIp);
});

test("a server behind a router without a gateway has no way out", async () => {
  expect(await servers.seenAs(hidden)).toBeUndefined();
});

test("DHCP told the servers their addresses, and the gateway's", async () => {
  const { text } = await servers.inside(hidden, "ip -4 route");
  expect(text).toContain("default via 192.168.126.1 dev eth0");
  expect(text).toContain("src 192.168.126.11");
});

test("SSH gets in by the floating IP, as a user's does, and asks nothing", async () => {
  const ended = await servers.ssh(floatingIp, "hostname");
  expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: "ecs-proxy\n" });
});
