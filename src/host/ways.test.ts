/** A host that more than one way leads to. */
import { expect, test } from "vitest";
import { Problem } from "../report/problem.ts";
import type { Host, HostAddress } from "./host.ts";
import { hostByWays, waysTo } from "./ways.ts";

const address: HostAddress = { server: "ecs-1", destination: "10.0.0.4", jump: "a", otherJumps: ["b", "c"] };

/** Hosts that tell over which jump they were asked; those over a dead one cannot be reached. */
function world(dead: Record<string, string>): { readonly host: Host; readonly asked: string[] } {
  const asked: string[] = [];
  const ways = waysTo(address).map((way): Host => {
    const jump = way.jump ?? "";
    const go = async (work: string): Promise<never> => {
      asked.push(`${work} ${jump}`);
      throw new Problem({ code: dead[jump] ?? "test/done", summary: jump });
    };
    return {
      address: way,
      facts: (options) => go(options?.anew ? "facts anew" : "facts"),
      read: () => go("read"),
      write: () => go("write"),
      writeFresh: () => go("write fresh"),
    };
  });
  return { host: hostByWays(address, ways, new Set()), asked };
}

test("the ways are those over each jump host, the first one first", () => {
  expect(waysTo(address).map(({ jump }) => jump)).toEqual(["a", "b", "c"]);
  expect(waysTo({ server: "ecs-1", destination: "10.0.0.4" })).toHaveLength(1);
});

test("another way is tried only where the host was not reached", async () => {
  const { host, asked } = world({ a: "host/unreachable", b: "host/auth-failed" });
  await expect(host.write("")).rejects.toMatchObject({ code: "host/auth-failed" });
  expect(asked).toEqual(["write a", "write b"]);
});

test("where none leads there, the first one's problem is told", async () => {
  const { host, asked } = world({ a: "host/unreachable", b: "host/unreachable", c: "host/unreachable" });
  await expect(host.facts()).rejects.toMatchObject({ code: "host/unreachable", summary: "a" });
  expect(asked, "what another way remembers may be old").toEqual(["facts a", "facts anew b", "facts anew c"]);
});

test("the way that worked is gone by from then on", async () => {
  const asked: string[] = [];
  const unreachable = new Problem({ code: "host/unreachable", summary: "a is dead" });
  const ways = waysTo(address).map((way): Host => {
    const read = async () => {
      asked.push(way.jump ?? "");
      if (way.jump === "a") throw unreachable;
      return { exitCode: 0, stdout: "", stderr: "" };
    };
    return { address: way, facts: () => Promise.reject(unreachable), read, write: read, writeFresh: read };
  });
  const shut = new Set<string>();
  const host = hostByWays(address, ways, shut);
  await host.read("");
  await host.write("");
  expect(asked).toEqual(["a", "b", "b"]);
  await hostByWays(address, ways, shut).read("");
  expect(asked, "and another host is not tried by a jump that is dead").toEqual(["a", "b", "b", "b"]);
});
