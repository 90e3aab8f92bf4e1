/**
 * Whom the proxies of a pair listen to, and what they believe: a served client, an unserved neighbour and the partner itself lie to
 * them, with real packets, keepalived and conntrackd.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { routerId } from "../../src/host/pair/keepalived-conf.ts";
import { inside, lostDuring } from "../lab/clients.ts";
import { gatewayFile } from "../lab/gateway-file.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { labCloud } from "../lab/world-state.ts";
import { attackScript } from "./attack-script.ts";

const lab = "test-hostile-partner";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const addressOf = { "ecs-proxy-1": "192.168.125.4", "ecs-proxy-2": "192.168.125.5" } as const;
type Proxy = keyof typeof addressOf;
const proxies: readonly Proxy[] = ["ecs-proxy-1", "ecs-proxy-2"];
const poll = { timeout: 60_000, interval: 300 };

const statusSchema = z.object({
  gateways: z.tuple([
    z.object({
      pair: z.object({
        active: z.enum(proxies).nullable(),
        standby: z.enum(proxies).nullable(),
        inSync: z.boolean(),
        reason: z.string(),
        members: z.array(
          z.object({
            server: z.string(),
            messages: z.object({
              refusedAdverts: z.number(),
              refusedSync: z.number(),
              refusedConnections: z.number(),
            }),
            foreign: z.object({ count: z.number(), example: z.string() }),
          }),
        ),
      }),
    }),
  ]),
});

async function pair() {
  const { gateways } = statusSchema.parse(JSON.parse(await must("status", "--json", ...where)));
  return gateways[0].pair;
}

async function roles(): Promise<{ active: Proxy; standby: Proxy }> {
  await expect.poll(async () => (await pair()).reason, poll).toBe("");
  const { active, standby } = await pair();
  if (!active || !standby) throw new Error("the pair is not whole");
  return { active, standby };
}

async function on(server: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await inside(lab, server, "sh", "-c", script);
  if (code !== 0) throw new Error(`${server}: ${script}\n${stdout}${stderr}`);
  return stdout.trim();
}

const attack = (server: string, ...words: readonly (string | number)[]) =>
  on(server, `perl - ${words.join(" ")} <<'PERL'\n${attackScript}\nPERL`);

/** Adverts of the highest priority to both proxies for three seconds, each with two TTLs. */
async function claimTheRole(server: string, sourceFor: (proxy: Proxy) => string): Promise<void> {
  const vip = `127.112.0.${routerId("egress")}`;
  await Promise.all(
    proxies.flatMap((proxy) =>
      [64, 255].map((ttl) =>
        attack(server, "adverts", sourceFor(proxy), addressOf[proxy], ttl, routerId("egress"), 255, vip, 3),
      ),
    ),
  );
}

const other = (proxy: Proxy): Proxy => (proxy === "ecs-proxy-1" ? "ecs-proxy-2" : "ecs-proxy-1");

beforeAll(async () => {
  file.write({ proxies: "[ecs-proxy-1, ecs-proxy-2]", publicIp: "203.0.113.20" });
  await must("lab", "up", "pair", "--name", lab);
  await must("apply", "--yes", ...where);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test.each([
  ["a served client", "ecs-app-1", "192.168.125.11"],
  ["a neighbour that is not served", "ecs-other-1", "192.168.126.11"],
])("adverts of %s move nothing, and are counted", async (_, server, address) => {
  const { active } = await roles();
  const before = (await pair()).members.map(({ messages }) => messages.refusedAdverts);
  const { sent, lost } = await lostDuring(lab, "ecs-app-2", () => claimTheRole(server, () => address));
  expect(sent).toBeGreaterThan(100);
  expect(lost).toBe(0);
  expect((await pair()).active).toBe(active);
  const after = (await pair()).members.map(({ messages }) => messages.refusedAdverts);
  expect(
    after.every((count, at) => count > (before[at] ?? 0)),
    `${before} ${after}`,
  ).toBe(true);
});

test("where the fabric's check is off, adverts with the partner's own address move nothing either: the MAC is another one", async () => {
  const { active } = await roles();
  const cloud = await labCloud(lab);
  const client = (await cloud.servers()).find(({ name }) => name === "ecs-app-1");
  const [nic] = await cloud.nics({ serverId: client?.id ?? "" });
  if (!nic) throw new Error("ecs-app-1 has no NIC");
  await cloud.setAddressPairs(nic.id, [{ ip_address: "1.1.1.1/0" }]);
  const { lost } = await lostDuring(lab, "ecs-app-2", () =>
    claimTheRole("ecs-app-1", (proxy) => addressOf[other(proxy)]),
  );
  await cloud.setAddressPairs(nic.id, []);
  expect(lost).toBe(0);
  expect((await pair()).active).toBe(active);
});

/** Opens so many connections from a client and holds them while the work lasts. */
async function holding(count: number, work: () => Promise<void>): Promise<void> {
  await on("ecs-app-1", "rm -f /tmp/end; mkfifo /tmp/end");
  const script = `for i in $(seq ${count}); do exec {fd}<>/dev/tcp/198.51.100.10/7; done; read -r _ < /tmp/end`;
  const held = inside(lab, "ecs-app-1", "bash", "-c", script);
  try {
    await work();
  } finally {
    await on("ecs-app-1", "echo > /tmp/end");
    await held;
  }
}

test("a sync message of a client does not stop the sync", async () => {
  const { active, standby } = await roles();
  for (const proxy of [active, standby]) {
    await attack("ecs-app-1", "sync", "192.168.125.11", addressOf[proxy]);
    await attack("ecs-app-1", "datagram", addressOf[proxy], 3780);
  }
  await holding(40, async () => {
    const known = `conntrackd -C /etc/wayout/pair/conntrackd.conf -e | grep -c 'src=192.168.125.11 .*dport=7 '`;
    await expect
      .poll(async () => Number(await on(standby, `${known} || :`)), poll)
      .toBeGreaterThanOrEqual(40);
    expect(await pair()).toMatchObject({ inSync: true });
  });
  expect((await pair()).members.map(({ messages }) => messages.refusedSync > 0)).toEqual([true, true]);
});

test("a guard that was flushed comes back by itself, and a sync that was stopped meanwhile goes on again", async () => {
  const { standby } = await roles();
  const dropped = `conntrackd -C /etc/wayout/pair/conntrackd.conf -s network | awk '/Packets before/ { print $NF }'`;
  // Loaded again while a message is on its way, the guard would stop the attack that is wanted here.
  await expect
    .poll(async () => {
      await on(standby, "nft delete table ip wayout_pair 2>/dev/null || :");
      await attack("ecs-app-1", "sync", "192.168.125.11", addressOf[standby]);
      return Number(await on(standby, dropped));
    }, poll)
    .toBeGreaterThan(0);
  await expect
    .poll(() => on(standby, "sh /etc/wayout/pair/guard check && echo loaded || :"), poll)
    .toBe("loaded");
  await holding(40, async () => {
    await expect.poll(async () => (await pair()).reason, poll).toBe("");
  });
});

test("connections of the partner that are not the gateway's are reported, and not taken over", async () => {
  const { active, standby } = await roles();
  const forged = [
    ["udp", "192.168.125.11", "169.254.169.254", "192.168.125.250"],
    ["tcp", "192.168.126.11", "198.51.100.10", "192.168.125.250"],
    ["tcp", "192.168.125.12", "198.51.100.10", "192.168.125.99"],
    ["tcp", "198.51.100.10", addressOf[standby], addressOf[standby]],
  ] as const;
  for (const [at, [protocol, from, to, translated]] of forged.entries()) {
    const ports = `--sport ${5000 + at} --dport 80 --reply-port-src 80 --reply-port-dst ${5000 + at}`;
    const state = protocol === "tcp" ? "--state ESTABLISHED" : "";
    await on(
      active,
      `conntrack -I -p ${protocol} -s ${from} -d ${to} -r ${to} -q ${translated} ${ports} ${state} --timeout 600`,
    );
  }
  await expect
    .poll(async () => (await pair()).members.find(({ server }) => server === standby)?.foreign.count, poll)
    .toBe(2);
  await must("switch", ...where);
  const taken = () =>
    on(
      standby,
      `conntrack -L 2>/dev/null | grep -E 'sport=500[0-3] dport=80 ' | grep -v src=${addressOf[active]} || :`,
    );
  await expect.poll(taken, poll).toBe("");
  await expect
    .poll(
      async () =>
        (await pair()).members.find(({ server }) => server === standby)?.messages.refusedConnections,
      poll,
    )
    .toBe(3);
  await Promise.all(
    forged.map(([protocol], at) =>
      on(active, `conntrack -D -p ${protocol} --sport ${5000 + at} 2>/dev/null || :`),
    ),
  );
});
