import { expect, test } from "vitest";
import { Problem } from "../report/problem.ts";
import { askedForPower, withPower } from "./switched-off.ts";

const at = { step: "host/ip-forwarding", object: "ecs-1" };
const summary = "cannot reach ecs-1 over SSH";
const unreachable = new Problem({
  code: "host/unreachable",
  summary,
  hint: "Is it running?",
  retry: true,
  at,
});
const server = (name: string, status: string) => ({ name, status, id: name, vpcId: "", addresses: [] });

test("a server that is switched off is said to be, with what to do", () => {
  expect(withPower(unreachable, [server("ecs-1", "SHUTOFF")]).toJSON()).toEqual({
    code: "host/unreachable",
    summary: `${summary}: the cloud says that it is switched off (SHUTOFF)`,
    hint: "Start ecs-1, and run it again.",
    retry: true,
    at,
  });
});

test.each([
  ["that runs", unreachable, [server("ecs-1", "ACTIVE")]],
  ["of another name", unreachable, [server("ecs-2", "SHUTOFF")]],
  ["of which one of that name runs", unreachable, [server("ecs-1", "SHUTOFF"), server("ecs-1", "ACTIVE")]],
  [
    "that refuses the login",
    new Problem({ code: "host/auth-failed", summary, at }),
    [server("ecs-1", "SHUTOFF")],
  ],
])("a server %s is not", (_, problem, servers) => {
  expect(withPower(problem, servers)).toBe(problem);
});

test("a cloud that does not answer leaves the problem as it is", async () => {
  const servers = async () => {
    throw new Problem({ code: "cloud/unavailable", summary: "the cloud failed to answer" });
  };
  expect(await askedForPower(unreachable, { servers })).toBe(unreachable);
});
