/** A proxy is deleted in the cloud: its changes can be taken back, and another one can take its place. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { openApi } from "./lab-api.ts";
import { must, wayout } from "./wayout-command.ts";
import { labCloud } from "./world-state.ts";

const lab = "test-gone-proxy";
const eip = "203.0.113.10";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
let start: unknown;

beforeAll(async () => {
  await must("lab", "up", "--name", lab);
  start = await aroundProxies();
});
afterEach(async () => {
  expect(await aroundProxies(), "nothing of the gateway is left").toEqual(start);
  expect(await must("undo", ...where), "nothing is left in the journal").toContain("nothing to take back");
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test("undo settles what went with the server, and takes back what it left behind", async () => {
  await must("apply", "--yes", ...where);
  await deleteServer("ecs-proxy");
  const { steps } = undoneSchema.parse(JSON.parse(await must("undo", "--json", ...where)));
  const because = (step: string) => steps.find((one) => one.step === step)?.because;
  expect(because("host/source-nat")).toBe("server ecs-proxy is gone from the cloud, and its host with it");
  expect(because("cloud/source-destination-check")).toBe("the NIC of ecs-proxy is gone from the cloud");
  expect(because("cloud/security-group")).toContain("what it left behind is taken back");
});

test("apply takes back the old proxy's changes when the spec names another one", async () => {
  await createServer("ecs-proxy", eip);
  await must("apply", "--yes", ...where);
  await deleteServer("ecs-proxy");
  await createServer("ecs-next");
  file.write({ proxies: "[ecs-next]", publicIp: eip });
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eip);
  await must("plan", ...where);
  await must("undo", ...where);
});

test("a route table of the gateway's own and a bound EIP are no obstacle", async () => {
  file.write({ proxies: "[ecs-next]", publicIp: eip, routeTable: "own" });
  await must("apply", "--yes", ...where);
  await deleteServer("ecs-next");
  await must("undo", ...where);
});

test("a server made anew under the same name gets its own state back, and an allocated EIP is released", async () => {
  file.write({ publicIp: "allocate" });
  await createServer("ecs-proxy");
  await must("apply", "--yes", ...where);
  await deleteServer("ecs-proxy");
  await createServer("ecs-proxy", undefined, ["sg-ssh"]);
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toMatch(/^203\.0\.113\./);
  await must("undo", ...where);
  const cloud = await labCloud(lab);
  const group = (await cloud.securityGroups()).find(({ name }) => name === "sg-ssh");
  const server = (await cloud.servers()).find(({ name }) => name === "ecs-proxy");
  expect(server?.securityGroupIds).toEqual([group?.id]);
  await deleteServer("ecs-proxy");
});

const undoneSchema = z.object({
  steps: z.array(z.object({ step: z.string(), because: z.string().optional() })),
});

/** What a gateway changes besides its proxy. */
async function aroundProxies(): Promise<unknown> {
  const cloud = await labCloud(lab);
  const tables = (await cloud.routeTables()).map((table) => ({
    ...table,
    subnetIds: [...table.subnetIds].sort(),
  }));
  const addresses = (await cloud.publicIps()).map(({ address }) => address);
  return { groups: await cloud.securityGroups(), tables, addresses };
}

async function deleteServer(name: string): Promise<void> {
  const cloud = await labCloud(lab);
  const id = (await cloud.servers()).find((server) => server.name === name)?.id ?? "";
  const api = await openApi(lab);
  expect(await api.post("/v1/PROJECT/cloudservers/delete", { servers: [{ id }] })).toMatchObject({
    status: 200,
  });
  await expect.poll(() => cloud.server(id), { timeout: 20_000 }).toBeUndefined();
}

async function createServer(name: string, address?: string, groups = ["sg-demo", "sg-ssh"]): Promise<void> {
  const cloud = await labCloud(lab);
  const subnet = (await cloud.subnets()).find((one) => one.name === "subnet-app");
  const known = await cloud.securityGroups();
  const publicIp = (await cloud.publicIps()).find((one) => one.address === address);
  const api = await openApi(lab);
  const { flavors } = JSON.parse((await api.get("/v2.1/flavors")).body);
  const { images } = JSON.parse((await api.get("/v2/images")).body);
  const named = (name: RegExp) => (each: { name: string }) => name.test(each.name);
  const wish = {
    name,
    imageRef: images.find(named(/debian/i)).id,
    flavorRef: flavors.find((each: { name: string }) => !/light/.test(each.name)).id,
    vpcid: subnet?.vpcId,
    nics: [{ subnet_id: subnet?.id }],
    security_groups: groups.map((name) => ({ id: known.find((one) => one.name === name)?.id })),
    root_volume: { volumetype: "SSD" },
    key_name: "wayout-lab",
    ...(publicIp ? { publicip: { id: publicIp.id } } : {}),
  };
  const created = await api.post("/v1/PROJECT/cloudservers", { server: wish });
  expect(created).toMatchObject({ status: 200 });
  const [id] = JSON.parse(created.body).serverIds;
  await expect.poll(async () => (await cloud.server(id))?.status, { timeout: 30_000 }).toBe("ACTIVE");
}
