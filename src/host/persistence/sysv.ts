/** The boot entry under SysV init: a script in init.d with the headers of both LSB and chkconfig. */
import { ownPaths, ownUnits } from "../own-paths.ts";
import type { BootEntry } from "./boot-entry.ts";

export function sysvEntry(unit: string, command: string): BootEntry {
  const content = `#!/bin/sh
# chkconfig: 2345 09 91
# description: Wayout: way out of the VPC for servers without a public IP
### BEGIN INIT INFO
# Provides:          ${unit}
# Required-Start:    $local_fs
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Wayout: way out of the VPC for servers without a public IP
### END INIT INFO
case "$1" in
  start|restart|force-reload) ${command} ;;
  *) : ;;
esac
`;
  return {
    unit,
    files: [{ path: initScript(unit), mode: "755", content }],
    enable: [
      "if command -v update-rc.d >/dev/null; then",
      `  run update-rc.d ${unit} defaults`,
      "elif command -v chkconfig >/dev/null; then",
      `  run chkconfig --add ${unit}`,
      "else",
      "  for level in 2 3 4 5; do",
      "    for folder in /etc/rc.d/rc$level.d /etc/rc$level.d; do",
      `      if [ -d "$folder" ]; then ln -sf ../init.d/${unit} "$folder/S09${unit}"; break; fi`,
      "    done",
      "  done",
      "fi",
    ],
  };
}

/** Before the script is removed; fine when it is not there. */
export function sysvDisable(unit: string): readonly string[] {
  return [
    `if [ -f ${initScript(unit)} ]; then`,
    `  if command -v update-rc.d >/dev/null; then update-rc.d -f ${unit} remove >/dev/null 2>&1 || :`,
    `  elif command -v chkconfig >/dev/null; then chkconfig --del ${unit} || :; fi`,
    "fi",
    `rm -f /etc/rc[2345].d/S[0-9][0-9]${unit} /etc/rc.d/rc[2345].d/S[0-9][0-9]${unit}`,
  ];
}

function initScript(unit: string): string {
  return unit === ownUnits.rules ? ownPaths.initScript : ownPaths.forwardingInitScript;
}
