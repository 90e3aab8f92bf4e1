/**
 * What can happen to a pair beyond the drill's faults, with real keepalived and conntrackd on two Debian machines. Every
 * fault: connections kept, the EIP unchanged, and afterwards exactly one is active and the other one in sync.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { keptDuring } from "./held-connections.ts";
import { type Traffic, trafficDuring } from "./pair-traffic.ts";
import { must, wayout } from "./wayout-command.ts";
import { labCloud } from "./world-state.ts";

const eip = "203.0.113.20";
const lab = "test-pair-faults";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const rows: (Traffic & { fault: string })[] = [];

const statusSchema = z.object({
  gateways: z.array(
    z.object({
      pair: z.object({
        active: z.string().nullable(),
        standby: z.string().nullable(),
        inSync: z.boolean(),
        reason: z.string(),
        members: z.array(
          z.object({
            server: z.string(),
            connections: z.number().nullable(),
            known: z.number().nullable(),
          }),
        ),
      }),
    }),
  ),
});

async function pair() {
  const { gateways } = statusSchema.parse(JSON.parse(await must("status", "--json", ...where)));
  const [gateway] = gateways;
  if (!gateway) throw new Error("no gateway");
  return gateway.pair;
}

const poll = { timeout: 60_000, interval: 300 };
/** In sync to the last connection: here nobody opens or closes any meanwhile. */
const whole = () =>
  expect
    .poll(async () => {
      const { inSync, reason, active, standby, members } = await pair();
      if (!inSync) return reason;
      const own = members.find(({ server }) => server === active)?.connections ?? 0;
      const known = members.find(({ server }) => server === standby)?.known ?? -1;
      return known >= own ? "whole" : `${standby} knows ${known} of ${own}`;
    }, poll)
    .toBe("whole");
/** Asked inside the server: a login to the other one, which may be dead, would wait for it. */
const activeIs = (server: string) => expect.poll(async () => await isActive(server), poll).toBe(true);
const breakIt = (...fault: readonly string[]) => must("lab", "break", "--name", lab, ...fault);
const mendAll = () => must("lab", "mend", "--all", "--name", lab);
const on = (server: string, script: string) => inside(lab, server, "sh", "-c", script);

async function isActive(server: string): Promise<boolean> {
  return (await on(server, "cat /run/wayout-pair/role")).stdout.includes("role=active");
}

/** How long the server has had the active role, by its own clock; milliseconds. */
async function activeForMs(server: string): Promise<number> {
  const { stdout } = await on(server, ". /run/wayout-pair/role; echo $(($(date +%s%3N) - since))");
  return Number(stdout);
}

async function roles(): Promise<{ active: string; standby: string }> {
  await whole();
  const { active, standby } = await pair();
  if (active === null || standby === null) throw new Error("the pair is not whole");
  return { active, standby };
}

/** Traffic of 300 connections over the fault; all of them must be good after it, by the same EIP. */
async function survives(fault: string, work: () => Promise<void>): Promise<Traffic> {
  const traffic = await trafficDuring(lab, "ecs-app-1", 300, work);
  rows.push({ fault, ...traffic });
  expect(traffic, fault).toMatchObject({ opened: 300, kept: 300 });
  expect(await seenAs(lab, "ecs-app-1"), fault).toBe(eip);
  return traffic;
}

beforeAll(async () => {
  file.write({ proxies: "[ecs-proxy-1, ecs-proxy-2]", publicIp: eip });
  await must("lab", "up", "pair", "--name", lab);
  await must("apply", "--yes", ...where);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
  console.table(
    rows.map(({ fault, opened, kept, udpLost, pingsLost, worstGapMs }) => ({
      fault,
      kept: `${kept}/${opened}`,
      "worst gap (ms)": worstGapMs,
      "pings lost": pingsLost,
      "UDP lost": udpLost,
    })),
  );
});

test("the active machine loses its power: the other one goes on, and is followed again when it is back", async () => {
  const { active, standby } = await roles();
  await survives("power", async () => {
    await breakIt("power", active);
    await activeIs(standby);
  });
  expect(await pair()).toMatchObject({ inSync: false, reason: expect.stringContaining(active) });
  await mendAll();
  await whole();
  expect((await pair()).active, "no preemption").toBe(standby);
});

test("the standby is lost: nobody notices, and the pair says that it is not whole", async () => {
  const { active, standby } = await roles();
  const traffic = await survives("standby lost", async () => {
    await breakIt("power", standby);
    expect(await pair()).toMatchObject({ active, inSync: false });
  });
  expect(traffic.pingsLost).toBe(0);
  await mendAll();
  await whole();
});

test.each([
  ["cloud", ["check"], "the check is on"],
  ["own firewall", ["firewall", "docker"], "docker"],
] as const)(
  "a standby whose %s would drop the clients' packets is not ready, and no command hands over to it",
  async (_, [fault, ...kind], said) => {
    const { active, standby } = await roles();
    await breakIt(fault, standby, ...kind);
    expect(await pair()).toMatchObject({ active, inSync: false, reason: expect.stringContaining(said) });
    for (const command of [["verify"], ["switch"], ["drill", "--yes"]]) {
      const ended = await wayout(...command, ...where);
      expect(ended, ended.stdout).toMatchObject({ code: 1 });
      expect(`${ended.stdout}${ended.stderr}`.toLowerCase()).toContain(said);
    }
    await mendAll();
    await whole();
    expect((await pair()).active).toBe(active);
  },
);

test("both are active while they do not hear each other, whichever was first, and afterwards the newer one stays so", async () => {
  for (const first of ["ecs-proxy-1", "ecs-proxy-2"]) {
    if ((await roles()).active !== first) await must("switch", ...where);
    const { active, standby } = await roles();
    await survives(`split brain, ${first} first`, async () => {
      await breakIt("deaf", active, standby);
      await breakIt("deaf", standby, active);
      await activeIs(standby);
      // A cut that lasts: nobody's memory of who came last may end before it does.
      await expect.poll(() => activeForMs(standby), poll).toBeGreaterThan(7000);
      await mendAll();
      await whole();
    });
    expect((await pair()).active, "no preemption").toBe(standby);
    expect(await seenAs(lab, "ecs-app-2")).toBe(eip);
    expect((await pair()).active, "no flapping").toBe(standby);
  }
});

test("one of them is deaf, whichever: exactly one is active all the same", async () => {
  for (const [deaf, from] of [
    ["ecs-proxy-1", "ecs-proxy-2"],
    ["ecs-proxy-2", "ecs-proxy-1"],
  ] as const) {
    for (const active of [deaf, from]) {
      if ((await roles()).active !== active) await must("switch", ...where);
      await whole();
      await survives(`${deaf} deaf, ${active} active`, async () => {
        await breakIt("deaf", deaf, from);
        const actives = async () => (await Promise.all([deaf, from].map(isActive))).filter(Boolean).length;
        // A deaf standby takes over; a deaf active one stays so.
        if (active === from) await activeIs(deaf);
        await expect.poll(actives, poll).toBe(1);
        expect(await seenAs(lab, "ecs-app-2")).toBe(eip);
        await mendAll();
      });
      await whole();
    }
  }
});

test("a conntrackd that is stuck is found, ended and begun anew, and then nothing is lost", async () => {
  const { active, standby } = await roles();
  await survives("conntrackd stuck", async () => {
    const pid = "systemctl show -p MainPID --value wayout-sync";
    const stuck = (await on(standby, `pid=$(${pid}); kill -STOP $pid; echo $pid`)).stdout.trim();
    await expect.poll(async () => (await on(standby, pid)).stdout.trim(), poll).not.toBe(stuck);
    await whole();
    await must("switch", ...where);
  });
  expect((await pair()).active).toBe(standby);
  expect(active).not.toBe(standby);
});

test("an active one that speaks but does not forward hands over", async () => {
  const first = await roles();
  // A role that was given away a moment ago, by the faults before this one, would be mended in place instead.
  for (const server of [first.active, first.standby]) await on(server, "rm -f /run/wayout-pair/gave");
  await survives("forwarding off", async () => {
    await on(first.active, "echo 0 > /proc/sys/net/ipv4/ip_forward");
    await activeIs(first.standby);
  });
  await whole();
  // And this one is found by the standby, from outside.
  for (const server of [first.active, first.standby]) await on(server, "rm -f /run/wayout-pair/gave");
  await survives("a rule that drops", async () => {
    await on(
      first.standby,
      "nft 'table ip rival { chain forward { type filter hook forward priority 10; policy drop; }; }'",
    );
    await activeIs(first.active);
  });
  await on(first.standby, "nft delete table ip rival");
  await whole();
});

test("an apply ends when the pair is whole again, though one of them took the role a moment ago", async () => {
  const { active } = await roles();
  const cloud = await labCloud(lab);
  const bound = (await cloud.publicIps()).find(({ address }) => address === eip);
  await cloud.unbindPublicIp(bound?.id ?? "", "");
  // As with a million connections to tell of.
  await on(active, "cd /run/wayout-pair; touch telling; { sleep 8; rm telling; } >/dev/null 2>&1 &");
  await must("apply", "--yes", ...where);
  expect(await pair()).toMatchObject({ inSync: true });
});

test("a client that uses a port again right after closing keeps its connection, too", async () => {
  const { active } = await roles();
  // Its own kernel would wait for a minute, and the proxies' for two.
  await on("ecs-app-1", "sysctl -qw net.ipv4.tcp_max_tw_buckets=0");
  const kept = await keptDuring(
    lab,
    "ecs-app-1",
    200,
    async () => {
      await whole();
      await must("switch", ...where);
    },
    { again: true },
  );
  expect(kept).toBe(200);
  expect((await roles()).active).not.toBe(active);
});

test("what a proxy could not do before its agent began anew is not held against it", async () => {
  const { standby } = await roles();
  await on(standby, "echo 'its rules are gone' > /run/wayout-pair/unfit; systemctl restart wayout-pair");
  await whole();
});

test("a connection that the other one does not know is reset at once, not left hanging", async () => {
  const { active, standby } = await roles();
  const traffic = await trafficDuring(lab, "ecs-app-1", 50, async () => {
    // As if they had been opened in the moment before the other one ended.
    await on(active, "conntrackd -C /etc/wayout/pair/conntrackd.conf -f external");
    await on(standby, "conntrackd -C /etc/wayout/pair/conntrackd.conf -f external");
    await on(active, "kill -9 $(cat /run/wayout-pair/vrrp.pid)");
    await activeIs(standby);
  });
  expect(traffic.lost).toEqual({ reset: 50, closed: 0, hanging: 0 });
  await whole();
});

test("twenty failovers in a row lose none of 1000 connections", { timeout: 400_000 }, async () => {
  await whole();
  const traffic = await trafficDuring(lab, "ecs-app-1", 1000, async () => {
    for (let count = 0; count < 20; count++) {
      const { active, standby } = await roles();
      await on(active, "kill -9 $(cat /run/wayout-pair/vrrp.pid)");
      await activeIs(standby);
    }
    await whole();
  });
  rows.push({ fault: "20 failovers", ...traffic });
  expect(traffic).toMatchObject({ opened: 1000, kept: 1000 });
  expect(await seenAs(lab, "ecs-app-1")).toBe(eip);
});
