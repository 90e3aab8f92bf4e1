/** What a plan asks of the cloud: lists, page by page, and nothing for each server. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openLabCloud } from "../cloud/testing/lab-cloud.ts";
import { openHosts } from "../host/ssh.ts";
import { addServer } from "../lab/api/operations/index.ts";
import { chooseProbes } from "../spec/probes.ts";
import { parseSpec } from "../spec/spec.ts";
import { observe } from "./observe.ts";

test("a plan makes as many calls with 200 servers as with two: as many as there are pages of lists", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  // No host can be reached: the calls to the cloud are what counts here.
  writeFileSync(join(folder, "ssh_config"), "Host *\n  ProxyCommand false\n");
  const hosts = openHosts({ controlDir: folder, configFile: join(folder, "ssh_config") });
  const { lab, cloud, callsSince } = await openLabCloud();
  try {
    const spec = parseSpec(
      "cloud: x\ngateways:\n  - {name: egress, vpc: vpc-demo, proxies: [ecs-proxy], subnets: [subnet-app]}\n",
      "wayout.yaml",
    );
    const world = { cloud, host: hosts.host };
    const nothingChanged = { standing: () => [] };
    const probes = chooseProbes(spec.value.probes, {});
    const few = lab.calls().length;
    const [seen] = await observe(spec, world, nothingChanged, probes);
    const callsOfFew = callsSince(few);
    expect(seen?.work.gateway.clients).toHaveLength(1);

    // As many as a /24 takes.
    for (let at = 0; at < 200; at++)
      addServer(lab.state, { name: `ecs-more-${at}`, nics: [{ subnetId: lab.subnet.id }] });
    const many = lab.calls().length;
    const [again] = await observe(spec, world, nothingChanged, probes);
    expect(again?.work.gateway.clients).toHaveLength(201);
    expect([...callsSince(many)].sort()).toEqual([...callsOfFew].sort());
    expect(callsOfFew).toHaveLength(8);
    expect(callsOfFew.every((call) => call.startsWith("GET "))).toBe(true);
  } finally {
    await hosts.close();
    await lab.close();
    rmSync(folder, { recursive: true });
  }
});
