/** Signed adverts of a pair: what the plan says, what apply and undo do, and where the key never goes. */
import { describe, expect, test } from "vitest";
import { signingConf } from "../../host/pair/signing.ts";
import { Problem } from "../../report/problem.ts";
import { bind, rebind } from "../bind.ts";
import { signing, signingWorld, type TestHost, testHost } from "../testing/signing-pair.ts";
import { makeHeard } from "./host-signing.ts";
import { signedAdvertsStep } from "./signed-adverts.ts";

const key = Buffer.alloc(32, 0xa5);
const hex = key.toString("hex");
const step = signedAdvertsStep(() => key);
const old = { version: "2.2.7", signs: false };
type Hosts = readonly [TestHost, TestHost];
const wantOf = ([one, other]: Hosts) => ({
  gateway: "egress",
  hosts: [one.address, other.address] satisfies [unknown, unknown],
});

async function decided(hosts: Hosts) {
  const { world } = signingWorld(hosts);
  return step.decide(wantOf(hosts), await step.observe(wantOf(hosts), world), { adopt: false });
}

async function applied(hosts: Hosts) {
  const { world, changes, modes } = signingWorld(hosts);
  await step.apply(wantOf(hosts), await step.observe(wantOf(hosts), world), world);
  return { changes: changes.filter((one) => !one.endsWith("hands over")), modes: modes() };
}

describe("the plan", () => {
  test("signs where both can", async () => {
    expect(await decided([testHost(1), testHost(2)])).toMatchObject({
      action: "create",
      because: "both can sign their adverts, and do not",
      after: "signed by both, no others taken",
    });
  });

  test("has nothing to do where both sign", async () => {
    expect(await decided([testHost(1, signing("k")), testHost(2, signing("k"))])).toEqual({
      action: "none",
      because: "both sign their adverts, and take no others",
    });
  });

  test("says of an older keepalived what it cannot do, once for both", async () => {
    expect(await decided([testHost(1, old), testHost(2, old)])).toEqual({
      action: "none",
      because:
        "ecs-1 and ecs-2: keepalived 2.2.7 cannot sign adverts (2.4 can); the guard takes adverts from the partner alone",
    });
  });

  test.each<[string, Partial<TestHost>, string]>([
    [
      "not there yet",
      { version: null, signs: false },
      "keepalived is not installed yet; version 2.4 and later sign adverts",
    ],
    ["older", old, "keepalived 2.2.7 cannot sign adverts (2.4 can)"],
  ])("changes nothing where one keepalived is %s", async (_, changes, why) => {
    const decision = await decided([testHost(1), testHost(2, changes)]);
    expect(decision).toMatchObject({ action: "none", because: expect.stringContaining(`ecs-2: ${why}`) });
  });

  test("goes back to unsigned adverts where one keepalived was made an older one", async () => {
    const hosts: Hosts = [
      testHost(1, signing("k")),
      testHost(2, { ...old, file: signingConf("enforce"), key: "k", runs: false }),
    ];
    expect(await decided(hosts)).toMatchObject({ action: "change", after: "not signed" });
  });

  test.each<[string, Partial<TestHost>, string]>([
    ["another key on one", { ...signing("other") }, "not both sign, with one key"],
    ["no key on one", { ...signing("k"), key: null }, "not both sign, with one key"],
    [
      "a run that ended half-way",
      { ...signing("k"), loaded: signingConf("permissive") },
      "ecs-2 is at permissive",
    ],
    ["a file that somebody changed", { ...signing("k"), file: "auth_hmac {\n}\n" }, "not both sign"],
    [
      "a clock behind",
      { ...signing("k"), behind: true },
      "the clock of ecs-2 is behind adverts that were signed",
    ],
  ])("mends %s", async (_, changes, why) => {
    const decision = await decided([testHost(1, signing("k")), testHost(2, changes)]);
    expect(decision).toMatchObject({ action: "change", because: expect.stringContaining(why) });
  });
});

describe("apply", () => {
  test("goes over all modes, one host after the other, and the active one hands over first", async () => {
    const hosts: Hosts = [testHost(1), testHost(2)];
    const { world, changes, modes } = signingWorld(hosts);
    await step.apply(wantOf(hosts), await step.observe(wantOf(hosts), world), world);
    expect(changes).toEqual([
      "ecs-1 key",
      "ecs-2 key",
      ...["ecs-1 hands over", "ecs-1 receive-only"],
      ...["ecs-2 hands over", "ecs-2 permissive"],
      ...["ecs-1 hands over", "ecs-1 enforce"],
      ...["ecs-2 hands over", "ecs-2 enforce"],
    ]);
    expect(modes()).toEqual(["enforce", "enforce"]);
    expect(await decided(hosts)).toMatchObject({ action: "none" });
  });

  test("gives both a new key where a replaced partner has none", async () => {
    const one = testHost(1, { ...signing("of the old pair"), loaded: signingConf("receive-only") });
    const { changes } = await applied([one, testHost(2)]);
    expect(changes.slice(0, 3)).toEqual(["ecs-1 none", "ecs-1 key", "ecs-2 key"]);
  });

  test("ended by a lost connection at any write, leaves two that hear each other, and goes on the next time", async () => {
    for (let at = 0; at < 12; at += 1) {
      const hosts: Hosts = [testHost(1), testHost(2)];
      let count = 0;
      const { world, modes } = signingWorld(hosts, () => (count++ === at ? "the connection was lost" : ""));
      await step.apply(wantOf(hosts), await step.observe(wantOf(hosts), world), world).catch((cause) => {
        if (!(cause instanceof Problem)) throw cause;
      });
      const [a, b] = modes().map((mode) => ["none", "receive-only", "permissive", "enforce"].indexOf(mode));
      expect(Math.abs((a ?? 0) - (b ?? 9))).toBeLessThanOrEqual(1);
      expect((await applied(hosts)).modes).toEqual(["enforce", "enforce"]);
    }
  });

  test("changes nothing where one host cannot be reached", async () => {
    const hosts: Hosts = [testHost(1, signing("k")), testHost(2, { ...signing("k"), away: true })];
    const { world, changes } = signingWorld(hosts);
    await expect(step.observe(wantOf(hosts), world)).rejects.toMatchObject({ code: "host/unreachable" });
    expect(changes).toEqual([]);
  });
});

describe("undo", () => {
  const undone = async (hosts: Hosts) => {
    const { world, changes, modes } = signingWorld(hosts);
    const bound = bind("egress", step, wantOf(hosts));
    const before = { is: "ours", have: { hosts: [], sameKey: false } };
    const undoable = rebind(step, bound.want, [{ before: { ...before }, after: null }]);
    await undoable.undo(world);
    return { changes: changes.filter((one) => !one.endsWith("hands over")), modes: modes() };
  };

  test("goes the same way back, and no key stays", async () => {
    const hosts: Hosts = [testHost(1, signing("k")), testHost(2, signing("k"))];
    expect(await undone(hosts)).toEqual({
      changes: ["ecs-1 permissive", "ecs-2 receive-only", "ecs-1 none", "ecs-2 none"],
      modes: ["none", "none"],
    });
    expect(hosts.map(({ key: left }) => left)).toEqual([null, null]);
  });

  test("of a pair whose other proxy takes no part any more, the one that stays goes at once", async () => {
    const hosts: Hosts = [testHost(1, signing("k")), testHost(2, { runs: false, active: false })];
    expect((await undone(hosts)).changes).toEqual(["ecs-1 none"]);
  });
});

describe("before a keepalived starts, the other one is made to hear it", () => {
  const heard = async (own: Partial<TestHost>, other: Partial<TestHost>) => {
    const hosts: Hosts = [
      testHost(1, { runs: false, active: false, ...own }),
      testHost(2, { active: true, ...other }),
    ];
    const { world, changes } = signingWorld(hosts);
    await makeHeard(hosts[0].address, hosts[1].address, world);
    return changes;
  };

  test("a newcomer beside one that enforces", async () => {
    expect(await heard({}, signing("k"))).toEqual(["ecs-2 receive-only"]);
  });
  test("an older one in the place of one that signed: first the other one, then its own file", async () => {
    expect(await heard({ ...old, file: signingConf("enforce"), key: "k" }, signing("k"))).toEqual([
      "ecs-2 receive-only",
      "ecs-1 none",
    ]);
  });
  test("one that has the key still", async () => {
    expect(await heard({ file: signingConf("enforce"), key: "k" }, signing("k"))).toEqual([]);
  });
  test("a fresh pair", async () => {
    expect(await heard({}, { runs: false })).toEqual([]);
  });
  test("beside one that cannot be asked", async () => {
    expect(await heard({}, { ...signing("k"), away: true })).toEqual([]);
  });
});

describe("the key goes to the two hosts and nowhere else", () => {
  test("no reading, decision or record has it", async () => {
    const hosts: Hosts = [testHost(1), testHost(2)];
    const { world, scripts } = signingWorld(hosts);
    const bound = bind("egress", step, wantOf(hosts));
    const before = await bound.observe(world);
    await before.apply(world);
    const after = await bound.observe(world);
    const said = JSON.stringify([
      bound,
      before,
      after,
      before.decide({ adopt: false }),
      after.decide({ adopt: false }),
    ]);
    expect(said).not.toContain(hex.slice(0, 16));
    expect(scripts.filter((script) => script.includes(hex))).toHaveLength(2);
  });

  test("an error does not have it either, whatever a host answers", async () => {
    const hosts: Hosts = [testHost(1), testHost(2)];
    const { world } = signingWorld(hosts, (script) => (script.includes(hex) ? `sh: ${script}` : ""));
    const failed = await step.apply(wantOf(hosts), await step.observe(wantOf(hosts), world), world).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    if (!(failed instanceof Problem)) throw new Error("it did not fail");
    expect(failed.code).toBe("host/command-failed");
    expect(JSON.stringify(failed)).toContain("(the key)");
    expect(`${JSON.stringify(failed)}${failed.stack}${String(failed.cause)}`).not.toContain(hex);
  });
});
