/** The main job: plan, apply, verify, reboot, undo, with real packets, on a new and on an old kind of host. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { inside, lostDuring, seenAs } from "./clients.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const spec = (subnets: string) => `cloud: lab
gateways:
  - name: egress
    vpc: vpc-demo
    proxies: [ecs-proxy]
    subnets: [${subnets}]
`;
const planSchema = z.object({
  gateways: z.array(
    z.object({
      name: z.string(),
      changes: z.array(
        z.object({
          step: z.string(),
          title: z.string(),
          action: z.string(),
          because: z.string().min(1),
          before: z.unknown(),
          after: z.unknown(),
          notice: z.string(),
        }),
      ),
      blocked: z.array(z.unknown()),
    }),
  ),
  summary: z.object({ changes: z.number(), right: z.number(), blocked: z.number() }),
});
const verifiedSchema = z.object({
  ok: z.boolean(),
  checks: z.array(
    z.object({
      check: z.string(),
      from: z.string(),
      to: z.string(),
      ok: z.boolean().nullable(),
      evidence: z.string(),
    }),
  ),
});

describe.each([
  { scenario: "manual", kind: "Debian with nftables and systemd" },
  { scenario: "manual-sysv", kind: "an old host with iptables and SysV init" },
])("on $kind", ({ scenario }) => {
  const lab = `test-${scenario}`;
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  const file = join(folder, "wayout.yaml");
  const where = ["--file", file, "--lab", lab];
  let start: { cloud: unknown; host: string };

  const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });
  const otherHasNoWayOut = async () => expect(await seenAs(lab, "ecs-other-1")).toBeUndefined();

  beforeAll(async () => {
    writeFileSync(file, spec("subnet-app"));
    await must("lab", "up", scenario, "--name", lab);
    start = await state();
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
    rmSync(folder, { recursive: true });
  });

  test("a server without an EIP has no way out", async () => {
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    expect(await seenAs(lab, "ecs-proxy")).toBe("203.0.113.10");
    await otherHasNoWayOut();
  });

  test("the plan says each change and why, and changes nothing", async () => {
    const planned = await wayout("plan", "--json", ...where);
    expect(planned.code, planned.stderr).toBe(2);
    const plan = planSchema.parse(JSON.parse(planned.stdout));
    expect(plan.gateways[0]?.changes.map((change) => change.step)).toEqual([
      "cloud/security-group",
      "cloud/source-destination-check",
      "host/ip-forwarding",
      "host/source-nat",
      "cloud/default-route",
    ]);
    expect(plan.summary).toEqual({ changes: 5, right: 1, blocked: 0 });
    expect(await state()).toEqual(start);
  });

  test("apply gives the served servers a way out, seen as the gateway's EIP", async () => {
    const applied = await wayout("apply", "--yes", ...where);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    expect(await seenAs(lab, "ecs-app-2")).toBe("203.0.113.10");
    await otherHasNoWayOut();
  });

  test("a second plan is empty", async () => {
    const planned = await wayout("plan", "--json", ...where);
    expect(planned, planned.stdout).toMatchObject({ code: 0 });
    expect(planSchema.parse(JSON.parse(planned.stdout)).summary).toEqual({
      changes: 0,
      right: 6,
      blocked: 0,
    });
  });

  test("verify proves ICMP, TCP, HTTPS, UDP, DNS, a large transfer and the address from the client's seat", async () => {
    const verified = verifiedSchema.parse(JSON.parse(await must("verify", "--json", ...where)));
    expect(verified.ok).toBe(true);
    const fromClient = verified.checks.filter((check) => check.from === "ecs-app-1");
    expect(fromClient.map(({ check, ok }) => [check, ok])).toEqual(
      ["ping", "tcp", "https", "udp", "dns", "large-transfer", "seen-address"].map((check) => [check, true]),
    );
  });

  test("a package can be installed on a client, which is the manual's purpose", async () => {
    const installed = await inside(
      lab,
      "ecs-app-2",
      "sh",
      "-c",
      "apt-get update -q && apt-get install -y -q hello && hello",
    );
    expect(installed, installed.stdout + installed.stderr).toMatchObject({ code: 0 });
    expect(installed.stdout).toContain("Hello, world!");
  });

  test("the metadata address and the proxy's own network stay closed to clients", async () => {
    const metadata = await inside(lab, "ecs-app-1", "curl", "-sS", "-m", "2", "http://169.254.169.254/");
    expect(metadata.code).not.toBe(0);
  });

  test("the way out survives a reboot of the proxy", async () => {
    await must("lab", "reboot", "ecs-proxy", "--name", lab);
    await must("verify", ...where);
    expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
    await otherHasNoWayOut();
  });

  test("a client loses no packet while a second apply adds a subnet and while it is taken away", async () => {
    writeFileSync(file, spec("subnet-app, subnet-other"));
    const adding = await lostDuring(lab, "ecs-app-1", async () => {
      await must("apply", "--yes", ...where);
    });
    expect(adding.sent).toBeGreaterThan(50);
    expect(adding.lost).toBe(0);
    expect(await seenAs(lab, "ecs-other-1")).toBe("203.0.113.10");
    writeFileSync(file, spec("subnet-app"));
    const removing = await lostDuring(lab, "ecs-app-1", async () => {
      await must("apply", "--yes", ...where);
    });
    expect(removing.lost).toBe(0);
    await otherHasNoWayOut();
  });

  test("undo brings everything back as it was", async () => {
    await must("undo", ...where);
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    const end = await state();
    expect(end.cloud).toEqual(start.cloud);
    expect(end.host).toBe(start.host);
    expect((await wayout("undo", ...where)).stdout).toContain("nothing to take back");
  });
});
