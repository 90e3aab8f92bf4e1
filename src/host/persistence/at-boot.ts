/** Chooses the way in which a command is run at boot. Pure. */
import type { HostFacts } from "../host.ts";
import { ownPaths, ownUnits } from "../own-paths.ts";
import type { BootEntry } from "./boot-entry.ts";
import { rcLocalEntry } from "./rc-local.ts";
import { systemdDisable, systemdEntry, systemdForget } from "./systemd.ts";
import { sysvDisable, sysvEntry } from "./sysv.ts";

/** Loads the rules at boot. */
export function rulesAtBoot(facts: Pick<HostFacts, "init" | "rcLocal">): BootEntry {
  const command = `/bin/sh ${ownPaths.load}`;
  if (facts.init === "systemd") return systemdEntry(command);
  return otherwise(facts, ownUnits.rules, command);
}

/** Switches forwarding on at boot: systemd reads sysctl.d for certain, other systems are told by a boot entry. */
export function forwardingAtBoot(facts: Pick<HostFacts, "init" | "rcLocal">): BootEntry {
  const dropIn = { path: ownPaths.sysctl, mode: "644", content: sysctlDropIn };
  if (facts.init === "systemd") return { unit: undefined, files: [dropIn], enable: [] };
  const entry = otherwise(facts, ownUnits.forwarding, `/bin/sh ${ownPaths.forwarding}`);
  if (entry.unit === undefined) return entry;
  return {
    ...entry,
    files: [{ path: ownPaths.forwarding, mode: "755", content: forwardingScript }, ...entry.files],
  };
}

function otherwise(facts: Pick<HostFacts, "init" | "rcLocal">, unit: string, command: string): BootEntry {
  if (facts.init === "sysv") return sysvEntry(unit, command);
  if (facts.rcLocal && !facts.rcLocal.encoding) return rcLocalEntry(unit, command, facts.rcLocal);
  return { unit: undefined, files: [], enable: [] };
}

/** Shell lines that stop a boot entry from running, whichever kind it is; before its files are removed. */
export function disableAtBoot(init: HostFacts["init"], unit: string): readonly string[] {
  if (init !== "systemd") return sysvDisable(unit);
  return isService(unit) ? systemdDisable(unit) : [];
}

/** Shell lines for after the files are removed. */
export function forgetAtBoot(init: HostFacts["init"], unit: string): readonly string[] {
  return init === "systemd" && isService(unit) ? systemdForget(unit) : [];
}

/** systemd switches forwarding on from sysctl.d, without a unit of its own. */
function isService(unit: string): boolean {
  return unit !== ownUnits.forwarding;
}

const sysctlDropIn = `# Wayout: this server forwards packets for servers without a public IP.
net.ipv4.ip_forward = 1
`;

export const byRoleDropIn = `# Wayout: this server forwards packets while it is the active one of its pair; wayout-pair.service switches it on.
net.ipv4.ip_forward = 0
`;

/** Off at boot, until the role says otherwise. A pair runs under systemd only. */
export const byRoleAtBoot: BootEntry = {
  unit: undefined,
  files: [{ path: ownPaths.sysctl, mode: "644", content: byRoleDropIn }],
  enable: [],
};

const forwardingScript = `#!/bin/sh
# Wayout: this server forwards packets for servers without a public IP.
echo 1 > /proc/sys/net/ipv4/ip_forward
`;
