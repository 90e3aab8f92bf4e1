/**
 * What a drill does to the active proxy of a pair: one entry a fault, each taken back by the host itself. What they need
 * is kept in the folder of the drill's lock.
 */
import type { Host } from "../../host/host.ts";
import { handOverScript } from "../../host/pair/hand-over.ts";
import { pairPaths, pairState, pairUnits } from "../../host/pair/paths.ts";
import type { FaultName } from "../../report/drill.ts";
import { Problem } from "../../report/problem.ts";
import { drillFolder, rebootFolder } from "./lock.ts";

export interface Fault {
  /** What is done, and how it ends by itself. */
  readonly does: (active: string) => string;
  readonly notice: string;
  /** For so long after it the proxy cannot be logged in to. */
  readonly awayMs: number;
  /** By then the pair must be whole again. */
  readonly wholeWithinMs: number;
  /** Shell for the active proxy. Prints `moment=` (ms since 1970), or `folder=`, where the moment will be written. */
  readonly script: string;
}

export const cableSeconds = 6;
/** The login that sets it must have ended before it comes. */
const leadSeconds = 0.4;
const stopSeconds = 4;

const momentNow = "echo moment=$(date +%s%3N)";
const keepsGoing =
  "nothing where all is well: open connections go on over the other proxy, with a gap of well under a second";

/** A unit of systemd does it: no login has to last until then, and nothing but the host itself must take a fault back. */
function later(name: string, seconds: number, command: string): string {
  return `systemd-run --quiet --collect --no-block --unit=wayout-drill-${name} --on-active=${seconds} --timer-property=AccuracySec=10ms ${command}`;
}

/** ARP too, and what is sent past the IP stack. Kernels before 5.16 cannot drop the latter on its way out. */
const cutRules = `table netdev wayout_drill {
  chain coming { type filter hook ingress device "DEVICE" priority -500; policy drop; }
  chain going { type filter hook egress device "DEVICE" priority 500; policy drop; }
}`;
const olderCutRules = `table inet wayout_drill {
  chain coming { type filter hook prerouting priority -500; iifname "DEVICE" drop; }
  chain going { type filter hook postrouting priority 500; oifname "DEVICE" drop; }
}
table arp wayout_drill {
  chain coming { type filter hook input priority -500; iifname "DEVICE" drop; }
  chain going { type filter hook output priority 500; oifname "DEVICE" drop; }
}`;

const told = `${drillFolder}/told`;

const cableScript = `set -e
for tool in nft systemd-run; do command -v $tool >/dev/null || { echo "no $tool here" >&2; exit 1; }; done
. ${pairPaths.settings}
cd ${drillFolder}
cat > cut.device <<'END'
${cutRules}
END
cat > older.device <<'END'
${olderCutRules}
END
# One NIC, or the two of a proxy between two networks.
number=0
for each in $(printf '%s\\n' "$device" "$outside" | sort -u); do
  number=$((number + 1))
  for rules in cut older; do
    sed "s/DEVICE/$each/; s/chain \\([a-z]*\\)/chain \\1$number/" $rules.device >> $rules.nft
  done
done
cat > mend <<'END'
for family in netdev inet arp; do nft delete table $family wayout_drill 2>/dev/null; done
:
END
cat > cut <<'END'
# Whatever happened meanwhile: nothing is cut that nothing would mend.
[ -f ${drillFolder}/mend ] && systemctl is-active --quiet wayout-drill-mend.timer || exit 0
cd ${drillFolder}
date +%s%3N > told/moment
nft -f cut.nft 2>/dev/null || nft -f older.nft
END
mkdir told
# What mends it stands before what breaks it.
${later("mend", cableSeconds + leadSeconds, `sh ${drillFolder}/mend`)}
${later("mend-again", cableSeconds * 2, `sh ${drillFolder}/mend`)}
${later("cut", leadSeconds, `sh ${drillFolder}/cut`)}
echo folder=${told}`;

export const faults: Readonly<Record<FaultName, Fault>> = {
  switch: {
    does: (active) => `${active} is asked to hand over, as \`wayout switch\` does`,
    notice: "nothing: no packet should be lost",
    awayMs: 0,
    wholeWithinMs: 30_000,
    script: `${momentNow}\n${handOverScript}`,
  },
  kill: {
    does: (active) => `keepalived on ${active} is killed; its service starts it again`,
    notice: keepsGoing,
    awayMs: 0,
    wholeWithinMs: 60_000,
    script: `set -e\npid=$(cat ${pairState}/vrrp.pid)\n${momentNow}\nkill -KILL "$pid"`,
  },
  stop: {
    does: (active) =>
      `${pairUnits.pair}.service is stopped on ${active}, and a timer there starts it again after ${stopSeconds} s`,
    notice: keepsGoing,
    awayMs: 0,
    wholeWithinMs: 60_000,
    script: `set -e
${later("start", stopSeconds, `systemctl start ${pairUnits.pair}`)}
${momentNow}
systemctl stop ${pairUnits.pair}`,
  },
  cable: {
    does: (active) =>
      `everything that comes to ${active} and leaves it is dropped, ARP too, for ${cableSeconds} s; a timer there ends it`,
    notice: `${keepsGoing}; logins to the proxy stand still for ${cableSeconds} s`,
    awayMs: cableSeconds * 1000,
    wholeWithinMs: 60_000,
    script: cableScript,
  },
  reboot: {
    does: (active) => `${active} is booted anew, in good order`,
    notice: `${keepsGoing}; whatever else runs on the proxy stops, and nobody stands by until it is up again`,
    awayMs: 0,
    wholeWithinMs: 300_000,
    // On a disk: /run is empty after a boot.
    script: `set -e
folder=$(mktemp -d ${rebootFolder}XXXXXX)
cat > $folder/reboot <<'END'
date +%s%3N > $1/moment
sync $1/moment
systemctl --no-block reboot
END
${later("reboot", leadSeconds, "sh $folder/reboot $folder")}
echo folder=$folder`,
  },
};

export interface Made {
  /** By the host's clock; null while it is written on the host only. */
  readonly momentMs: number | null;
  readonly folder: string | null;
}

/** @throws Problem drill/fault-failed where the host could not do it: then nothing has happened. */
export async function make(fault: Fault, host: Host): Promise<Made> {
  try {
    const { stdout } = await host.write(fault.script, { timeoutMs: 30_000 });
    return madeFrom(stdout);
  } catch (cause) {
    if (!(cause instanceof Problem) || cause.code !== "host/command-failed") throw cause;
    throw new Problem({
      code: "drill/fault-failed",
      summary: `${host.address.server} could not make the fault`,
      detail: [cause.summary, cause.detail].filter(Boolean).join("\n"),
      hint: "Choose another --fault.",
      cause,
    });
  }
}

/** Pure. */
export function madeFrom(output: string): Made {
  const moment = /^moment=(\d{13})$/m.exec(output)?.[1];
  const folder = /^folder=(.*)$/m.exec(output)?.[1];
  return {
    momentMs: moment === undefined ? null : Number(moment),
    folder: folder !== undefined && isOwnFolder(folder) ? folder : null,
  };
}

/** It is removed by root: no other folder than one that the scripts above make. */
function isOwnFolder(folder: string): boolean {
  return folder === told || (folder.startsWith(rebootFolder) && isRandom(folder.slice(rebootFolder.length)));
}

/** mktemp(1) */
function isRandom(text: string): boolean {
  return /^[A-Za-z0-9]{6}$/.test(text);
}

/** When it happened, by the host's clock; where that was written on the host it is removed. */
export async function momentOf({ momentMs, folder }: Made, host: Host): Promise<number | null> {
  if (folder === null) return momentMs;
  try {
    const { stdout } = await host.write(`cat ${folder}/moment; rm -rf ${folder}`, { timeoutMs: 20_000 });
    return /^\d{13}$/.test(stdout.trim()) ? Number(stdout) : momentMs;
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    return momentMs;
  }
}
