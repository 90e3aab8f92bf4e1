/** Something breaks in the middle of an apply: a clear error, nothing lost, and the next run converges. */
import { expect, test } from "vitest";
import { z } from "zod";
import { faultyLab } from "./faulty-lab.ts";

const lab = faultyLab("test-faults-apply");
const withRoutes = z.object({
  routeTables: z.array(z.object({ routes: z.array(z.looseObject({ destination: z.string() })) })),
});

test.each([
  ["before cloud addRoute", "api --status 500", "failed", "cloud/unavailable"],
  ["before cloud createSecurityGroup", "api --status 429", "failed", "cloud/throttled"],
  ["before cloud setAddressPairs", "api --status reset", "failed", "cloud/unavailable"],
  // A POST without an answer is not repeated: it may have been done.
  [
    "before cloud createSecurityGroup",
    "api --status timeout --count 1 --method POST",
    "failed",
    "cloud/unavailable",
  ],
  ["before cloud addRoute", "api --status lost --count 1", "done", "none"],
  ["before cloud setAddressPairs", "api --status 429 --count 2 --retry-after 0", "done", "none"],
  ["before cloud addRoute", "token", "done", "none"],
  ["before cloud addRoute", "route subnet-app", "failed", "cloud/conflict"],
  ["before cloud addRoute", "check ecs-proxy", "unproven", "none"],
  ["before cloud addRoute", "firewall ecs-proxy ufw", "unproven", "none"],
  ["before cloud addRoute", "mtu 1200 --blackhole", "unproven", "none"],
])("%s: %s -> %s, %s", { timeout: 240_000 }, async (point, fault, outcome, code) => {
  expect(await lab.faulty("apply", point, fault)).toEqual({ outcome, code });
  if (fault.startsWith("route")) {
    const routes = withRoutes.parse(await lab.cloud()).routeTables.flatMap((table) => table.routes);
    const kept = routes.some((route) => route.destination === "0.0.0.0/0");
    expect(kept, "the route that somebody else made stays").toBe(true);
  }
  await lab.expectNextApplyConverges();
});
