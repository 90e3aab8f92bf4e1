/**
 * SIGKILL in the changes of a pair: what the clients have goes on, and the next run finishes the change.
 *
 * Each change is made by runs that are killed one after the other, each at another one of the points below: of every
 * step that writes, the end of one of its writes, now on one proxy and now on the other, now of the change that is armed
 * and now of its confirmation. WAYOUT_CRASHES=all kills at every point there is, of more changes, which takes half an
 * hour or more.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inside, seenAs } from "./clients.ts";
import { killedAt, killedWhen, type Operation } from "./crash/killed-run.ts";
import { keptDuring } from "./held-connections.ts";
import { type Asked, eips, freeEip, threeProxies } from "./three-proxies.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = "test-pair-crash";
const { file, where, ask, state, settled, up, down } = threeProxies(lab);
const connections = 100;
const one: Asked = { of: [1] };
const pair: Asked = { of: [1, 2], publicIp: freeEip };
/** Both are logged in to by the EIP that moves. */
const withOnlyEip: Asked = { of: [1, 3] };
let start: unknown;

const toPair = [
  "pair/virtual-ip@wayout-egress-inner after POST /v2.0/ports",
  "cloud/security-group@ecs-proxy-2 after PUT /v2.0/ports/ID",
  "pair/packages@ecs-proxy-2 after ecs-proxy-2 write",
  "pair/connection-sync@ecs-proxy-1 after ecs-proxy-1 write",
  "host/ip-forwarding@ecs-proxy-1 after ecs-proxy-1 fresh write",
  "pair/role@ecs-proxy-1 after ecs-proxy-1 write",
  "pair/role@ecs-proxy-1 after ecs-proxy-1 fresh write",
  "pair/role@ecs-proxy-2 after ecs-proxy-2 fresh write",
  "pair/public-ip@wayout-egress-outer after PUT /v1/ID/publicips/ID",
  "host/source-nat@ecs-proxy-1 after ecs-proxy-1 write",
  "cloud/default-route@rtb-vpc-demo after PUT /v1/ID/routetables/ID",
];
const backToOne = [
  "pair/role@ecs-proxy-2 after ecs-proxy-2 fresh write",
  "host/ip-forwarding@ecs-proxy-1 after ecs-proxy-1 write",
  "host/source-nat@ecs-proxy-1 after ecs-proxy-1 fresh write",
  "cloud/default-route@rtb-vpc-demo after PUT /v1/ID/routetables/ID",
  "pair/public-ip@wayout-egress-outer after PUT /v1/ID/publicips/ID",
  "pair/role@ecs-proxy-1 after ecs-proxy-1 write",
  "pair/packages@ecs-proxy-2 after ecs-proxy-2 write",
];

const undone = [
  "host/source-nat@ecs-proxy-3 after ecs-proxy-3 write",
  "host/source-nat@ecs-proxy-1 after ecs-proxy-1 fresh write",
  "pair/public-ip@wayout-egress-outer after PUT /v1/ID/publicips/ID",
  "pair/role@ecs-proxy-3 after ecs-proxy-3 write",
  "host/ip-forwarding@ecs-proxy-1 after ecs-proxy-1 write",
  "pair/packages@ecs-proxy-1 after ecs-proxy-1 write",
];

/**
 * Changes to what is asked for by runs that are killed, each at the first point that is left: one of several calls of the
 * same name for each time that it is among the points. Then by one that is not killed.
 * @returns how many were killed
 */
async function killedAndKilled(
  operation: Operation,
  points: readonly string[],
  looked: (at: string) => Promise<void>,
): Promise<number> {
  const left = [...points];
  for (;;) {
    const killed = await killedAt(lab, file, operation, ...left);
    if (killed.code !== null) {
      expect(killed, killed.stderr).toMatchObject({ code: 0 });
      return points.length - left.length;
    }
    const at = killed.points.at(-1) ?? "";
    expect(left).toContain(at);
    left.splice(left.indexOf(at), 1);
    await looked(at);
  }
}

async function hasWayOut(at: string): Promise<void> {
  expect([eips[0], freeEip], at).toContain(await seenAs(lab, "ecs-app-1"));
}

beforeAll(async () => {
  await up();
  start = await state();
});
afterAll(down);

test("killed in the middle of an installation, with which the host goes on: undo waits for it and takes it away", async () => {
  ask(pair);
  const isInstalling = async () =>
    (await inside(lab, "ecs-proxy-1", "test", "-e", "/etc/wayout/packages")).code === 0;
  await killedWhen(lab, file, "apply", isInstalling);
  await must("undo", ...where);
  expect(await state()).toEqual(start);
});

test(`from one proxy to a pair, killed ${toPair.length} times: no connection ends, and there always is a way out`, {
  timeout: 300_000,
}, async () => {
  ask(one);
  await must("apply", "--yes", ...where);
  ask(pair);
  const kept = await keptDuring(lab, "ecs-app-1", connections, async () => {
    expect(await killedAndKilled("apply", toPair, hasWayOut)).toBe(toPair.length);
  });
  expect(kept).toBe(connections);
  expect(await seenAs(lab, "ecs-app-1")).toBe(freeEip);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test(`from the pair back to one, killed ${backToOne.length} times: there always is a way out`, {
  timeout: 300_000,
}, async () => {
  ask(one);
  expect(await killedAndKilled("apply", backToOne, hasWayOut)).toBe(backToOne.length);
  expect(await seenAs(lab, "ecs-app-1")).toBe(eips[0]);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test(`undo of a pair that has the only EIP, killed ${undone.length} times, brings everything back as it was`, {
  timeout: 300_000,
}, async () => {
  ask(withOnlyEip);
  await must("apply", "--yes", ...where);
  expect(await killedAndKilled("undo", undone, async () => undefined)).toBe(undone.length);
  expect(await state()).toEqual(start);
});

/** From nothing, where `from` is left out. `there` and `back`: no connection may end on that way. */
const changes: readonly { name: string; from?: Asked; to: Asked; there?: true; back?: true }[] = [
  { name: "nothing and a pair", to: pair },
  { name: "nothing and a pair that has a proxy's EIP", to: { of: [1, 2] } },
  { name: "one proxy and a pair", from: one, to: { of: [2, 1], publicIp: freeEip }, there: true },
  { name: "one proxy and a pair that has its EIP", from: one, to: { of: [1, 2] } },
  { name: "one proxy and a pair that has the only EIP", from: one, to: withOnlyEip },
  { name: "two standbys", from: pair, to: { of: [1, 3], publicIp: freeEip }, there: true, back: true },
  { name: "two first proxies", from: pair, to: { of: [3, 2], publicIp: freeEip }, there: true, back: true },
];

describe.runIf(process.env.WAYOUT_CRASHES === "all")("killed at every point", () => {
  const begin = (asked: Asked | undefined): Operation => {
    if (asked) ask(asked);
    return asked ? "apply" : "undo";
  };
  /** A run that nobody kills says which points there are, and how it is afterwards. */
  async function whole(asked: Asked | undefined) {
    const ended = await killedAt(lab, file, begin(asked));
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return { points: ended.points, end: await settled() };
  }
  async function killed(
    asked: Asked | undefined,
    { points, end }: Awaited<ReturnType<typeof whole>>,
    keeps = false,
  ) {
    const operation = begin(asked);
    const run = async () => {
      const count = await killedAndKilled(operation, points, async (at) => {
        if (keeps) await hasWayOut(at);
      });
      process.stdout.write(`killed ${operation} at ${count} points\n`);
    };
    if (keeps) expect(await keptDuring(lab, "ecs-app-1", connections, run)).toBe(connections);
    else await run();
    expect(await settled()).toBe(end);
    if (operation === "apply") expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  }

  test.each(changes)(
    "between $name, there and back",
    { timeout: 3_600_000 },
    async ({ from, to, there, back }) => {
      if (from) await whole(from);
      const [going, coming] = [await whole(to), await whole(from)];
      await killed(to, going, there);
      await killed(from, coming, back);
      await must("undo", ...where);
      expect(await state()).toEqual(start);
    },
  );

  test("undo right after it brings back what was, wherever the making of a pair was killed", {
    timeout: 7_200_000,
  }, async () => {
    const { points } = await whole(pair);
    await must("undo", ...where);
    for (let point = 1; point <= points.length; point++) {
      expect((await killedAt(lab, file, begin(pair), point)).code).toBeNull();
      await must("undo", ...where);
      expect(await state(), points[point - 1]).toEqual(start);
    }
  });
});
