/** The scripts that bring up the OpenStack under test, and where it is. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const scriptPath = (name: string): string => fileURLToPath(new URL(`cloud/${name}`, import.meta.url));

export const upScript = scriptPath("up.sh");

export const stateFolder = process.env.WAYOUT_OPENSTACK_STATE ?? "/var/lib/wayout-openstack";
export const cloudsFile = `${stateFolder}/clouds.yaml`;
export const internetNamespace = "wos-inet";
export const nodeNamespace = "wos-node";
export const namespaceOf = (server: string): string => `wos-vm-${server}`;

/** Takes minutes. What it says goes to the terminal. */
export async function up(): Promise<void> {
  const child = spawn(scriptPath("up.sh"), [], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`test/openstack/cloud/up.sh ended with ${code}`);
}

export function down(): void {
  execFileSync(scriptPath("down.sh"), { stdio: ["ignore", "inherit", "inherit"] });
}

/** Returns when Neutron calls the port ACTIVE: its agents have wired it. */
export function plugIn(server: string, portId: string, device: string): void {
  execFileSync(scriptPath("plug.sh"), ["in", server, portId, device], {
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** False where nobody answers: Neutron's dnsmasq is away for some seconds after a change of its subnet. */
export function lease(server: string, device: string): boolean {
  return spawnSync(scriptPath("plug.sh"), ["lease", server, device], { stdio: "ignore" }).status === 0;
}

export function plugOut(server: string): void {
  execFileSync(scriptPath("plug.sh"), ["out", server], { stdio: ["ignore", "ignore", "inherit"] });
}
