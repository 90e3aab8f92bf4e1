/**
 * A gateway's EIP while the gateway goes from one proxy to two and back, against the lab's API: the plan after it is empty,
 * undo of all is the start, and so it is where runs were killed. Steps on hosts are left out; the labs have them.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { PublicIp } from "../cloud/cloud.ts";
import { addPublicIp, removeServer } from "../lab/api/operations/index.ts";
import { type Account, type Ask, given, stateOf, withAccount } from "./testing/account.ts";

const slow = { timeout: 60_000 };

const journeys: readonly (readonly [withEip: string, asks: readonly Ask[]])[] = [
  ["b", ["a allocate", "ab allocate", "a allocate"]],
  ["", ["a allocate", "ab allocate", "b allocate", "bc allocate", "c keep"]],
  ["", ["ab allocate", "a allocate"]],
  ["", ["ab allocate", "b keep"]],
  ["", ["a allocate", "a keep", "ab keep", "a allocate"]],
  ["a", ["a keep", "ab keep", "a keep"]],
  ["a", ["a keep", "ab keep", "b keep", "bc keep", "c keep"]],
  ["a", ["ab keep", "a 203.0.113.11"]],
  ["", [`ab ${given}`, `a ${given}`]],
  ["", [`ab ${given}`, "b keep", "ab keep"]],
  ["", [`a ${given}`, "ab keep", "bc allocate", "b keep"]],
];

test.each(journeys)(
  "the same address all the way, with EIPs at '%s' at the start: %s",
  async (withEip, asks) => {
    await withAccount(withEip, async (account) => {
      const seen: (string | undefined)[] = [];
      for (const ask of asks) {
        expect(await account.apply(ask), ask).toBeTypeOf("number");
        seen.push(await account.settled(ask));
      }
      expect(new Set(seen).size, `${seen}`).toBe(1);
      expect(seen[0]).toBeDefined();
      await account.undo();
      await account.expectStart();
    });
  },
);

/** A pair whose EIP somebody has unbound. */
async function unboundPair(account: Account): Promise<PublicIp> {
  await account.apply("ab keep");
  const address = await account.settled("ab keep");
  const eip = (await account.cloud.publicIps()).find((one) => one.address === address);
  if (!eip) throw new Error("the pair has no EIP");
  await account.cloud.unbindPublicIp(eip.id, "");
  return eip;
}

test("the EIP of a pair comes back to it when somebody has unbound it, though the other proxy has one of its own", async () => {
  await withAccount("ab", async (account) => {
    const { address } = await unboundPair(account);
    await account.apply("ab keep");
    expect(await account.settled("ab keep")).toBe(address);
    await account.undo();
    await account.expectStart();
  });
});

test("a pair whose EIP is gone from the account is not seen as another one without a word", async () => {
  await withAccount("ab", async (account) => {
    await account.cloud.releasePublicIp((await unboundPair(account)).id);
    expect(await account.apply("ab keep")).toContain(
      "the EIP of the pair, 203.0.113.11, is gone from the account",
    );
  });
});

test("an EIP that the user has under the gateway's name is used, and not released", async () => {
  await withAccount("", async (account, lab) => {
    addPublicIp(lab.state, { alias: "wayout-egress", address: "203.0.113.60" });
    const start = await stateOf(account.cloud);
    for (const ask of ["a allocate", "ab allocate", "b allocate"] as const) {
      await account.apply(ask);
      expect(await account.settled(ask)).toBe("203.0.113.60");
    }
    await account.undo();
    expect(await stateOf(account.cloud)).toBe(start);
  });
});

test("an allocated EIP that the user has bound to a server of their own meanwhile is not released", async () => {
  await withAccount("", async (account, lab) => {
    await account.apply("a allocate");
    const [a, c] = ["ecs-a", "ecs-c"].map((name) =>
      lab.state.servers.values().find((one) => one.name === name),
    );
    removeServer(lab.state, a?.id ?? "");
    const [eip] = (await account.cloud.publicIps()).filter(({ name }) => name === "wayout-egress");
    const [nic] = await account.cloud.nics({ serverId: c?.id ?? "" });
    await account.cloud.bindPublicIp(eip?.id ?? "", nic?.id ?? "");
    await account.undo();
    expect(await account.cloud.publicIps()).toContainEqual({ ...eip, nicId: nic?.id, privateIp: nic?.ip });
    expect(account.isClean()).toBe(true);
  });
});

const asks = fc
  .tuple(fc.constantFrom("a", "b", "ab", "ba", "bc"), fc.constantFrom("keep", "allocate", given))
  .map(([letters, wish]): Ask => `${letters} ${wish}`);
const withEips = fc.constantFrom("", "a", "b", "ab", "abc");

test("whatever was asked for, undo of all is the start", slow, async () => {
  await fc.assert(
    fc.asyncProperty(withEips, fc.array(asks, { minLength: 1, maxLength: 5 }), async (withEip, all) => {
      await withAccount(withEip, async (account) => {
        for (const ask of all) {
          if (typeof (await account.apply(ask)) === "number") await account.settled(ask);
        }
        await account.undo();
        await account.expectStart();
      });
    }),
    { numRuns: 15 },
  );
});

test("killed anywhere, the same apply finishes it, and undo of all is the start", slow, async () => {
  const kills = fc.record({ apply: fc.integer({ min: 1, max: 20 }), undo: fc.integer({ min: 0, max: 15 }) });
  await fc.assert(
    fc.asyncProperty(
      withEips,
      fc.array(fc.tuple(asks, kills, fc.boolean()), { minLength: 1, maxLength: 4 }),
      async (withEip, all) => {
        await withAccount(withEip, async (account) => {
          for (const [ask, kill, again] of all) {
            const done = await account.apply(ask, kill.apply);
            if (typeof done === "number" && again) {
              expect(await account.apply(ask)).toBeTypeOf("number");
              await account.settled(ask);
            }
          }
          await account.undo(all[0]?.[1].undo);
          await account.undo();
          await account.expectStart();
        });
      },
    ),
    { numRuns: 15 },
  );
});
