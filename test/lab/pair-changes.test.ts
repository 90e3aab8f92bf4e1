/** From one proxy to a pair and back, and another proxy in the place of one, by editing the spec while connections run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lostDuring, seenAs } from "./clients.ts";
import { keptDuring } from "./held-connections.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState } from "./world-state.ts";

const lab = "test-pair-changes";
const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
const file = join(folder, "wayout.yaml");
const where = ["--file", file, "--lab", lab];
const proxies = ["ecs-proxy-1", "ecs-proxy-2", "ecs-proxy-3"];
const connections = 200;
let start: unknown;

const scenario = `description: Three servers that can be proxies.
vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets: [{ name: subnet-app, cidr: 192.168.125.0/24 }]
securityGroups:
  - name: sg-demo
    rules:
      - { direction: in, from: sg-demo }
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
      - { direction: out }
servers:
  - { name: ecs-proxy-1, kind: machine, subnet: subnet-app, ip: 192.168.125.4, eip: 203.0.113.10 }
  - { name: ecs-proxy-2, kind: machine, subnet: subnet-app, ip: 192.168.125.5, eip: 203.0.113.11 }
  - { name: ecs-proxy-3, kind: machine, subnet: subnet-app, ip: 192.168.125.6, eip: 203.0.113.12 }
  - { name: ecs-app-1, subnet: subnet-app, ip: 192.168.125.11 }
publicIps: [203.0.113.20]
`;

function ask(names: readonly string[], publicIp = "keep"): void {
  writeFileSync(
    file,
    `cloud: lab
gateways:
  - name: egress
    vpc: vpc-demo
    proxies: [${names.join(", ")}]
    subnets: [subnet-app]
    publicIp: ${publicIp}
`,
  );
}

async function state() {
  const hosts = await Promise.all(proxies.map((server) => hostState(lab, server)));
  return { cloud: await cloudState(lab), hosts };
}

/** Applies, expects an empty plan after it, and says what the clients lost meanwhile. */
async function applied(): Promise<{ kept: number; lost: number }> {
  let lost = 0;
  const kept = await keptDuring(lab, "ecs-app-1", connections, async () => {
    ({ lost } = await lostDuring(lab, "ecs-app-1", async () => {
      await must("apply", "--yes", ...where);
    }));
  });
  const plan = await wayout("plan", ...where);
  expect(plan, plan.stdout).toMatchObject({ code: 0 });
  return { kept, lost };
}

beforeAll(async () => {
  const path = join(folder, "scenario.yaml");
  writeFileSync(path, scenario);
  await must("lab", "up", path, "--name", lab);
  start = await state();
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  rmSync(folder, { recursive: true });
});

test("a second proxy comes to the first one, and no connection and no packet is lost", async () => {
  ask(["ecs-proxy-1"]);
  await must("apply", "--yes", ...where);
  ask(["ecs-proxy-1", "ecs-proxy-2"], "203.0.113.20");
  expect(await applied()).toEqual({ kept: connections, lost: 0 });
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.20");
});

test("another server takes the place of the standby, and then of the active one, without a loss", async () => {
  ask(["ecs-proxy-1", "ecs-proxy-3"], "203.0.113.20");
  expect(await applied()).toEqual({ kept: connections, lost: 0 });
  ask(["ecs-proxy-2", "ecs-proxy-3"], "203.0.113.20");
  expect((await applied()).kept).toBe(connections);
  await must("verify", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.20");
});

test("both agents are brought up to date one after the other, each in sync before the other one is left alone", async () => {
  for (const server of ["ecs-proxy-2", "ecs-proxy-3"]) {
    await must("lab", "exec", "--name", lab, server, "--", "sh", "-c", "echo >> /etc/wayout/pair/agent");
  }
  expect((await applied()).kept).toBe(connections);
  await must("verify", ...where);
});

test("from the pair back to one: the plan says what ends, and new connections go by its own EIP", async () => {
  ask(["ecs-proxy-2"]);
  const { stdout } = await wayout("plan", ...where);
  expect(stdout).toMatch(/open connections that are translated to 192\.168\.125\.\d+ end/);
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.11");
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test("the EIP that partners know moves to the pair with the second proxy, and back", async () => {
  ask(["ecs-proxy-2", "ecs-proxy-1"]);
  const { stdout } = await wayout("plan", ...where);
  expect(stdout).toContain("open connections over 203.0.113.11 end");
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.11");
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  ask(["ecs-proxy-2"]);
  await must("apply", "--yes", ...where);
  expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.11");
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
});

test("undo brings everything back as it was", async () => {
  await must("undo", ...where);
  expect(await state()).toEqual(start);
});
