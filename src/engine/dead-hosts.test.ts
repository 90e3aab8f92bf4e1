import { expect, test } from "vitest";
import type { Host, HostAddress } from "../host/host.ts";
import { Problem } from "../report/problem.ts";
import { worldThat } from "../steps/testing/writing-cloud.ts";
import { withoutDeadHosts } from "./dead-hosts.ts";

function failing(code: string) {
  const asked: string[] = [];
  const host = (address: HostAddress): Host => {
    const work = async () => {
      asked.push(address.server);
      throw new Problem({ code, summary: address.server });
    };
    return { address, facts: work, read: work, write: work, writeFresh: work };
  };
  return { asked, world: withoutDeadHosts({ ...worldThat({}), host }) };
}
const at = (server: string, destination = "203.0.113.11"): HostAddress => ({ server, destination });

test("a host that could not be reached is not tried again, by whatever way; others are", async () => {
  const { asked, world } = failing("host/unreachable");
  await expect(world.host(at("ecs-1")).facts()).rejects.toThrow("ecs-1");
  await expect(world.host(at("ecs-1", "10.0.0.4")).write("")).rejects.toThrow("ecs-1");
  await expect(world.host(at("ecs-2")).read("")).rejects.toThrow("ecs-2");
  expect(asked).toEqual(["ecs-1", "ecs-2"]);
});

test("one that was reached and failed is tried again", async () => {
  const { asked, world } = failing("host/command-failed");
  for (const _ of [1, 2]) await expect(world.host(at("ecs-1")).read("")).rejects.toThrow("ecs-1");
  expect(asked).toEqual(["ecs-1", "ecs-1"]);
});
