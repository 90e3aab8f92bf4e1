/** A pair on a cloud whose routes cannot lead to a virtual IP: what the user reads, and what becomes of an apply. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLabCloud } from "../cloud/testing/lab-cloud.ts";
import { addPublicIp, addServer, bindPublicIp } from "../lab/api/operations/index.ts";
import { planText } from "../report/human.ts";
import { Problem } from "../report/problem.ts";
import { parseSpec } from "../spec/spec.ts";
import { converge } from "./converge.ts";
import { openSqliteJournal } from "./journal/sqlite-journal.ts";

test("the plan is blocked with that reason and a hint, and apply makes no write", async () => {
  const { lab, cloud, callsSince } = await openLabCloud();
  const folder = mkdtempSync(join(tmpdir(), "wayout-journal-"));
  const journal = openSqliteJournal(folder, "/a/wayout.yaml", () => new Date());
  try {
    for (const name of ["ecs-a", "ecs-b"]) {
      const { ports } = addServer(lab.state, { name, nics: [{ subnetId: lab.subnet.id }] });
      const [port] = ports;
      if (port) bindPublicIp(lab.state, addPublicIp(lab.state, { alias: name }).id, port.id);
    }
    const gateway = "{ name: egress, vpc: vpc-demo, proxies: [ecs-a, ecs-b], subnets: [subnet-app] }";
    const file = parseSpec(`cloud: lab\ngateways: [${gateway}]\n`, "wayout.yaml");
    const world = {
      cloud: { ...cloud, traits: { ...cloud.traits, vipNextHop: false } },
      host: () => {
        throw new Problem({ code: "host/unreachable", summary: "there are no machines here" });
      },
    };
    const before = lab.calls().length;
    const { plan, outcome } = await converge(file, world, journal, {
      report: () => undefined,
      signal: new AbortController().signal,
      now: () => new Date(),
      probes: { ping: [], tcp: "", http: "", https: "", udp: "", dns: "", large: "" },
      adopt: false,
      confirm: async () => true,
    });
    expect(outcome).toBe("blocked");
    expect(planText(plan)).toMatch(
      /a route of Open Telekom Cloud cannot have a virtual IP as its next hop, so nothing would follow the active proxy\n.*Use one proxy in this gateway/,
    );
    expect(callsSince(before).filter((call) => !call.startsWith("GET "))).toEqual([]);
  } finally {
    journal.close();
    rmSync(folder, { recursive: true });
    await lab.close();
  }
});
