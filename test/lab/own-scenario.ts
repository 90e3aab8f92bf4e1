/** A lab of a scenario that a test writes itself. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "./wayout-command.ts";

/** A scenario with one subnet, 192.168.125.0/24, into which SSH comes from everywhere; the servers and EIPs as YAML. */
export function inOneSubnet(description: string, servers: string, publicIps: readonly string[]): string {
  return `description: ${description}
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
${servers}
publicIps: [${publicIps.join(", ")}]
`;
}

export async function upFrom(scenario: string, lab: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  try {
    const path = join(folder, "scenario.yaml");
    writeFileSync(path, scenario);
    await must("lab", "up", path, "--name", lab);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
