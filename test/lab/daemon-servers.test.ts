/** Servers start, reboot and end as a cloud's do, whoever asks for it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { labStatusSchema, type ServerStatus } from "../../src/lab/client/status.ts";
import { openApi } from "./lab-api.ts";
import { must, wayout } from "./wayout-command.ts";

const name = "test-servers";

beforeAll(async () => {
  await must("lab", "up", "--name", name);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", name);
});

async function inside(server: string, script: string): Promise<string> {
  return (await must("lab", "exec", "--name", name, server, "--", "sh", "-c", script)).trim();
}

async function statusOf(server: string): Promise<ServerStatus | undefined> {
  const status = labStatusSchema.parse(JSON.parse(await must("lab", "status", "--name", name, "--json")));
  return status.servers.find((each) => each.name === server);
}

/** A number that every boot and every network namespace has anew. */
const networkNamespace = "readlink /proc/self/ns/net";
const leaveMarks =
  "echo kept >/root/mark; sync; sysctl -qw net.ipv4.ip_forward=1; ip addr add 10.1.1.1/32 dev lo";
const readMarks = "cat /root/mark; cat /proc/sys/net/ipv4/ip_forward; ip -4 -br addr show lo";

test.each(["ecs-proxy", "ecs-app-1"])(
  "reboot of %s: the kernel's state is gone, the disk kept",
  async (server) => {
    await inside(server, leaveMarks);
    const before = await inside(server, networkNamespace);
    await must("lab", "reboot", "--name", name, server);
    expect(await inside(server, networkNamespace)).not.toBe(before);
    expect(
      (await inside(server, readMarks)).split("\n").map((line) => line.trim().replace(/\s+/g, " ")),
    ).toEqual(["kept", "0", "lo UNKNOWN 127.0.0.1/8"]);
    expect((await statusOf(server))?.state).toBe("ACTIVE");
    await must("lab", "ssh", "--name", name, server, "--", "true");
  },
);

test("a reboot from inside is the same, and the API shows it", async () => {
  await inside("ecs-proxy", leaveMarks);
  const before = await inside("ecs-proxy", networkNamespace);
  const api = await openApi(name);
  const shown = async (): Promise<string> => {
    const { servers } = JSON.parse((await api.get("/v1/PROJECT/cloudservers/detail")).body);
    return servers.find((each: { name: string }) => each.name === "ecs-proxy").status;
  };
  const rebooting = wayout("lab", "ssh", "--name", name, "ecs-proxy", "--", "systemctl reboot");
  await expect.poll(shown, { timeout: 20_000, interval: 5 }).toBe("REBOOT");
  await expect.poll(shown, { timeout: 20_000, interval: 5 }).toBe("ACTIVE");
  await rebooting;
  expect(await inside("ecs-proxy", networkNamespace)).not.toBe(before);
  expect(await inside("ecs-proxy", "cat /root/mark /proc/sys/net/ipv4/ip_forward")).toBe("kept\n0");
});

test("a server that is switched off says so, and a reboot starts it", async () => {
  await wayout("lab", "exec", "--name", name, "ecs-proxy", "--", "systemctl", "poweroff");
  await expect.poll(async () => (await statusOf("ecs-proxy"))?.state, { timeout: 20_000 }).toBe("SHUTOFF");
  const entered = await wayout("lab", "exec", "--name", name, "ecs-proxy", "--", "true");
  expect(entered.stderr).toContain("ecs-proxy does not run: it is SHUTOFF");
  await must("lab", "reboot", "--name", name, "ecs-proxy");
  expect((await statusOf("ecs-proxy"))?.state).toBe("ACTIVE");
});

test("a server that the API creates runs, and one that it deletes is gone", async () => {
  const api = await openApi(name);
  const { subnets } = JSON.parse((await api.get("/v1/PROJECT/subnets")).body);
  const subnet = subnets.find((each: { name: string }) => each.name === "subnet-app");
  const { security_groups: groups } = JSON.parse((await api.get("/v1/PROJECT/security-groups")).body);
  const { id: groupId } = groups.find((each: { name: string }) => each.name === "sg-demo");
  const { flavors } = JSON.parse((await api.get("/v2.1/flavors")).body);
  const { images } = JSON.parse((await api.get("/v2/images")).body);
  const flavor = flavors.find((each: { name: string }) => /light/.test(each.name)) ?? flavors[0];
  const image = images.find((each: { name: string }) => /debian/i.test(each.name)) ?? images[0];
  const wish = {
    name: "ecs-late",
    imageRef: image.id,
    flavorRef: flavor.id,
    vpcid: subnet.vpc_id,
    nics: [{ subnet_id: subnet.id }],
    security_groups: [{ id: groupId }],
    root_volume: { volumetype: "SSD" },
    key_name: "wayout-lab",
  };
  const created = await api.post("/v1/PROJECT/cloudservers", { server: wish });
  expect(created).toMatchObject({ status: 200 });
  const [id] = JSON.parse(created.body).serverIds;
  await expect.poll(async () => (await statusOf("ecs-late"))?.state, { timeout: 20_000 }).toBe("ACTIVE");
  expect(await inside("ecs-late", "hostname")).toBe("ecs-late");
  await inside("ecs-app-1", `nc -zw2 ${(await statusOf("ecs-late"))?.privateIp} 22`);

  expect((await api.post("/v1/PROJECT/cloudservers/delete", { servers: [{ id }] })).status).toBe(200);
  await expect.poll(async () => await statusOf("ecs-late"), { timeout: 20_000 }).toBeUndefined();
  expect((await wayout("lab", "exec", "--name", name, "ecs-late", "--", "true")).stderr).toContain(
    "no server ecs-late",
  );
});

test("what runs inside gives its exit code, and a wrong name is told the nearest one", async () => {
  expect(
    (await wayout("lab", "exec", "--name", name, "ecs-app-2", "--", "sh", "-c", "kill -9 $$")).code,
  ).toBe(137);
  const wrong = await wayout("lab", "ssh", "--name", name, "ecs-ap-1");
  expect(wrong).toMatchObject({ code: 1 });
  expect(wrong.stderr).toContain("no server ecs-ap-1 in this lab; did you mean ecs-app-1?");
});
