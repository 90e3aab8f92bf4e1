/** Where the host of a step is found by an undo, after the EIP by which it was logged in to has moved. */
import { expect, test } from "vitest";
import type { Nic, PublicIp } from "../cloud/cloud.ts";
import { proxyOf } from "../steps/testing/gateways.ts";
import type { Still } from "../steps/testing/still-cloud.ts";
import { worldThat } from "../steps/testing/writing-cloud.ts";
import type { World } from "../steps/world.ts";
import { followedWorld, whereNow } from "./followed-world.ts";

const [one, two] = [proxyOf(1), proxyOf(2)];
const virtualIp: Nic = { ...one.nic, id: "vip-outer", serverId: "", ip: "192.168.125.250" };
const address = { ...one.host, user: "admin", port: 2222 };
const eipAt = (nic: Nic, ip = one.host.destination): PublicIp => ({
  id: `eip-${ip}`,
  address: ip,
  name: "",
  nicId: nic.id,
});
const nics = [{ nic: one.nic }];

test("an EIP that is where it was leads to the server, and so does an address that is no EIP", () => {
  const eip = eipAt(one.nic);
  expect(whereNow(address, { eip, holder: one.nic, nics: [{ nic: one.nic, eip }], doors: [] })).toEqual(
    address,
  );
  expect(whereNow(address, { nics, doors: [] })).toEqual(address);
});

test("an EIP that the pair has by now leads to the active proxy, and through it to the server", () => {
  expect(whereNow(address, { eip: eipAt(virtualIp), holder: virtualIp, nics, doors: [] })).toEqual({
    ...address,
    destination: "192.168.125.11",
    jump: "admin@203.0.113.11:2222",
  });
  const far = { ...address, jump: "bastion.example" };
  expect(whereNow(far, { eip: eipAt(virtualIp), holder: virtualIp, nics, doors: [] }).jump).toBe(
    "bastion.example,admin@203.0.113.11:2222",
  );
});

test("a server that has another EIP by now is logged in to directly", () => {
  const own = eipAt(one.nic, "203.0.113.99");
  const found = { eip: eipAt(two.nic), holder: two.nic, nics: [{ nic: one.nic, eip: own }], doors: [] };
  expect(whereNow(address, found)).toEqual({ ...address, destination: "203.0.113.99" });
});

test.each([
  ["bound to nothing", { eip: eipAt(one.nic) }, address],
  ["released", {}, { ...address, byEip: true }],
])(
  "where the EIP is %s, the server's own one is taken, else that of the pair, and nobody else is logged in to",
  (_, found, from) => {
    const other = eipAt(one.nic, "203.0.113.99");
    expect(whereNow(from, { ...found, nics: [{ nic: one.nic, eip: other }], doors: [] })).toEqual({
      ...from,
      destination: "203.0.113.99",
    });
    const door = { nic: virtualIp, eip: eipAt(virtualIp, "203.0.113.99") };
    expect(whereNow(from, { ...found, nics, doors: [door] })).toEqual({
      ...from,
      destination: "192.168.125.11",
      jump: "admin@203.0.113.99:2222",
    });
    expect(() => whereNow(from, { ...found, nics, doors: [] })).toThrow(
      expect.objectContaining({ code: "host/elsewhere" }),
    );
  },
);

test("through the other proxy, and where that is dead through the pair, if both are beside the server", () => {
  const stranger: Nic = { ...two.nic, serverId: "server-9", subnetId: "net-other" };
  const doors = [
    { nic: two.nic, eip: eipAt(two.nic, "203.0.113.12") },
    { nic: virtualIp, eip: eipAt(virtualIp, "203.0.113.99") },
  ];
  expect(whereNow(address, { eip: eipAt(stranger), holder: stranger, nics, doors })).toEqual({
    ...address,
    destination: "192.168.125.11",
    jump: "admin@203.0.113.12:2222",
    otherJumps: ["admin@203.0.113.99:2222"],
  });
});

test("where the EIP leads to a stranger, nobody is logged in to", () => {
  const stranger: Nic = { ...two.nic, subnetId: "net-other" };
  expect(() => whereNow(address, { eip: eipAt(stranger), holder: stranger, nics, doors: [] })).toThrow(
    expect.objectContaining({ code: "host/elsewhere", hint: expect.stringContaining("--skip-hosts") }),
  );
});

/** A world whose hosts say by which address they were reached. */
function worldOf(cloud: Partial<World["cloud"]>, still: Still): World {
  return {
    ...worldThat(cloud, still),
    host: (there) => ({
      address: there,
      facts: () => Promise.reject(new Error("not asked")),
      read: async () => ({ exitCode: 0, stdout: `${there.destination} by ${there.jump}`, stderr: "" }),
      write: () => Promise.reject(new Error("not asked")),
      writeFresh: () => Promise.reject(new Error("not asked")),
    }),
  };
}

test("the cloud is asked once where a host is, however often the host is used", async () => {
  const calls: string[] = [];
  const publicIps = async () => {
    calls.push("publicIps");
    return [eipAt(virtualIp)];
  };
  const world = followedWorld(
    worldOf({ publicIps, nic: async () => virtualIp }, { nics: [one.nic] }),
    new Set(),
  );
  for (const _ of ["once", "again"]) {
    expect((await world.host(address).read("hostname")).stdout).toContain("192.168.125.11 by ");
  }
  expect(calls).toEqual(["publicIps"]);
});

test("of the servers beside it, only a proxy is gone through", async () => {
  const stranger: Nic = { ...two.nic, id: "nic-9", serverId: "server-9" };
  const publicIps = [eipAt(stranger, "203.0.113.99"), eipAt(two.nic, "203.0.113.12")];
  const lists = (asked?: { serverId?: string }) =>
    Promise.resolve(
      [one.nic, stranger, two.nic].filter((nic) => (asked?.serverId ?? nic.serverId) === nic.serverId),
    );
  const found = worldOf({ nics: lists }, { publicIps });
  const world = followedWorld(found, new Set([two.server.id]));
  const { stdout } = await world.host({ ...address, byEip: true }).read("hostname");
  expect(stdout).toBe("192.168.125.11 by admin@203.0.113.12:2222");
});

const lists = (nics: readonly Nic[]) => (asked?: { serverId?: string; subnetId?: string }) =>
  Promise.resolve(
    nics.filter(
      (nic) =>
        nic.serverId === (asked?.serverId ?? nic.serverId) &&
        nic.subnetId === (asked?.subnetId ?? nic.subnetId),
    ),
  );
const logins = {
  names: [{ server: "ecs-1", destination: "proxy-by-name" }],
  jumps: ["linux@bastion.example", "linux@bastion.example,inner"],
};
const servers = [one.server, two.server];

test.each<[string, Partial<typeof address> & { jump?: string; otherJumps?: string[] }, string]>([
  ["the name that wayout.yaml has for it", { destination: "proxy-by-name" }, "proxy-by-name by undefined"],
  ["its private address", { destination: "192.168.125.11" }, "192.168.125.11 by undefined"],
  [
    "its private address, by the jump hosts of wayout.yaml",
    { destination: "192.168.125.11", jump: "linux@bastion.example,inner" },
    "192.168.125.11 by linux@bastion.example,inner",
  ],
  [
    "its private address, through the neighbour that it was reached through",
    {
      destination: "192.168.125.11",
      jump: "linux@bastion.example,me@203.0.113.12:22",
      otherJumps: ["me@203.0.113.99"],
    },
    "192.168.125.11 by linux@bastion.example,me@203.0.113.12:22",
  ],
  [
    "its private address, through a neighbour of today where the one of the record is no neighbour",
    { destination: "192.168.125.11", jump: "me@198.51.100.66" },
    "192.168.125.11 by admin@203.0.113.12:2222",
  ],
])("a recorded login leads to %s", async (_, recorded, expected) => {
  const publicIps = [eipAt(two.nic, "203.0.113.12")];
  const found = worldOf({ nics: lists([one.nic, two.nic]) }, { publicIps, servers });
  const world = followedWorld(found, new Set([two.server.id]), logins);
  expect((await world.host({ ...address, ...recorded }).read("hostname")).stdout).toBe(expected);
});

test.each([
  ["a name that wayout.yaml does not have", { destination: "attacker.example" }],
  ["a name that it has for another server", { ...two.host, destination: "proxy-by-name" }],
  ["an address of another server", { destination: "192.168.125.12" }],
  ["an address of nobody", { destination: "198.51.100.66" }],
  ["a jump host that wayout.yaml does not have", { jump: "attacker.example" }],
  ["one behind a jump host of wayout.yaml", { jump: "linux@bastion.example,attacker.example" }],
  ["one whose name goes on from one of wayout.yaml", { jump: "linux@bastion.example.attacker.example" }],
])("a recorded login by %s is not made", async (_, recorded) => {
  const found = worldOf({ nics: lists([one.nic, two.nic]) }, { servers });
  const host = followedWorld(found, new Set(), logins).host({ ...address, ...recorded });
  await expect(host.read("hostname")).rejects.toMatchObject({ code: "host/unknown-way" });
});
