/** The boot entry under systemd. */
import { ownPaths, ownUnits } from "../own-paths.ts";
import type { BootEntry } from "./boot-entry.ts";

/**
 * Rules are there before any device is up, hence before network-pre.target, and after the services that flush all rules
 * when they start. PartOf: `systemctl restart nftables` flushes ours too, so ours is started again with it.
 */
export function systemdEntry(command: string): BootEntry {
  const flushers = "nftables.service iptables.service netfilter-persistent.service";
  const content = `[Unit]
Description=Wayout: way out of the VPC for servers without a public IP
DefaultDependencies=no
Wants=network-pre.target
After=local-fs.target systemd-sysctl.service systemd-modules-load.service ${flushers}
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
PartOf=${flushers}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${command}

[Install]
WantedBy=sysinit.target
`;
  return {
    unit: ownUnits.rules,
    files: [{ path: ownPaths.systemdUnit, mode: "644", content }],
    enable: systemdEnable(ownUnits.rules, "restart"),
  };
}

/** Once the unit's file is there. systemd reads its files anew once, not for each of the words. */
export function systemdEnable(unit: string, start: "restart" | "reload-or-restart"): readonly string[] {
  return [
    `run systemctl --quiet --no-reload enable ${unit}.service`,
    "run systemctl daemon-reload",
    `run systemctl --quiet ${start} ${unit}.service`,
  ];
}

/** Before the unit's file is removed; fine when it is not there. */
export function systemdDisable(unit: string): readonly string[] {
  return [
    `if [ -f ${systemdUnitFile(unit)} ]; then`,
    `  systemctl --quiet --no-reload disable ${unit}.service 2>/dev/null || :`,
    `  systemctl --quiet stop ${unit}.service 2>/dev/null || :`,
    "fi",
  ];
}

/** After it is removed. */
export function systemdForget(unit: string): readonly string[] {
  return ["systemctl daemon-reload", `systemctl reset-failed ${unit}.service 2>/dev/null || :`];
}

function systemdUnitFile(unit: string): string {
  return `/etc/systemd/system/${unit}.service`;
}
