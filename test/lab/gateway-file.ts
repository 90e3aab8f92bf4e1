/** A wayout.yaml of a test's own, in a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface GatewayFile {
  readonly path: string;
  /** Replaces the gateway's lines below `name`. */
  write(lines: Readonly<Record<string, string>>): void;
  writeText(text: string): void;
  remove(): void;
}

export function gatewayFile(): GatewayFile {
  const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
  const path = join(folder, "wayout.yaml");
  const file: GatewayFile = {
    path,
    write(lines) {
      const all = { vpc: "vpc-demo", proxies: "[ecs-proxy]", subnets: "[subnet-app]", ...lines };
      const body = Object.entries(all).map(([key, value]) => `    ${key}: ${value}\n`);
      file.writeText(`cloud: lab\ngateways:\n  - name: egress\n${body.join("")}`);
    },
    writeText: (text) => writeFileSync(path, text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  file.write({});
  return file;
}
