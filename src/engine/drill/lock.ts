/** One drill of a pair at a time. What says so on both proxies also ends by itself, and takes back what a fault left. */
import { randomBytes } from "node:crypto";
import type { HostAddress } from "../../host/host.ts";
import { pairUnits } from "../../host/pair/paths.ts";
import { writeText } from "../../host/script.ts";
import { Problem } from "../../report/problem.ts";
import type { World } from "../../steps/world.ts";

/** Is there as long as a drill has the proxy. In /run: no drill outlives a boot. */
export const drillFolder = "/run/wayout-drill";

/** Where the moment of a reboot is written, with six letters more: /run is empty after it. */
export const rebootFolder = "/var/tmp/wayout-drill.";

export interface DrillLock {
  /** Takes back what is left of the fault, and lets others in; where a proxy cannot be reached, it does so itself later. */
  release(): Promise<void>;
}

/**
 * @param lifeSeconds after which the lock of a drill that was killed ends.
 * @throws Problem drill/another-runs; then nothing was done.
 */
export async function lockPair(
  world: World,
  hosts: readonly HostAddress[],
  lifeSeconds: number,
): Promise<DrillLock> {
  const owner = randomBytes(8).toString("hex");
  const taken: HostAddress[] = [];
  const release = async (): Promise<void> => {
    await Promise.all(
      taken.map((address) =>
        world
          .host(address)
          .writeFresh(endScript(owner), { timeoutMs: 30_000 })
          .catch((cause: unknown) => {
            if (!(cause instanceof Problem)) throw cause;
          }),
      ),
    );
  };
  try {
    // One after the other, always in the same order: of two drills one gets both.
    for (const address of hosts) {
      const { stdout } = await world.host(address).write(lockScript(owner, lifeSeconds));
      if (!/^taken$/m.test(stdout)) throw anotherRuns(address.server, stdout);
      taken.push(address);
    }
  } catch (failure) {
    await release();
    throw failure;
  }
  return { release };
}

function anotherRuns(server: string, said: string): Problem {
  const left = /^busy=(\d+)$/m.exec(said)?.[1];
  return new Problem({
    code: "drill/another-runs",
    summary: `another drill of this pair runs, or was killed: it has ${server}`,
    hint: `Wait until it is over. One that was killed takes itself back${left === undefined ? "" : ` within ${left} s`}; nothing was done.`,
    retry: true,
  });
}

export function lockScript(owner: string, lifeSeconds: number): string {
  return `umask 077
if ! mkdir ${drillFolder} 2>/dev/null; then
  # Whoever made it has not come to say until when, or ended before: then a minute is enough.
  until=$(cat ${drillFolder}/until 2>/dev/null) || until=$(($(stat -c %Y ${drillFolder}) + 60))
  left=$((until - $(date +%s)))
  [ $left -le 0 ] || { echo "busy=$left"; exit 0; }
  sh ${drillFolder}/end 2>/dev/null
  rm -rf ${drillFolder}
  mkdir ${drillFolder} || exit 1
fi
rm -rf ${rebootFolder}??????
echo ${owner} > ${drillFolder}/owner
echo $(($(date +%s) + ${lifeSeconds})) > ${drillFolder}/until
${writeText(`${drillFolder}/end`, `${endScript(owner)}\n`)}
systemd-run --quiet --collect --unit=wayout-drill-end-${owner} --on-active=${lifeSeconds} sh ${drillFolder}/end || { rm -rf ${drillFolder}; exit 1; }
echo taken`;
}

/**
 * First what would still be made is stopped, then what was made is taken back, and only then what would have done so later.
 * Does nothing where the lock is another one's by now.
 */
export function endScript(owner: string): string {
  return `[ "$(cat ${drillFolder}/owner 2>/dev/null)" = ${owner} ] || exit 0
drill() { systemctl "$@" 2>/dev/null; }
drill stop wayout-drill-cut.timer wayout-drill-cut.service wayout-drill-reboot.timer wayout-drill-reboot.service
for family in netdev inet arp; do nft delete table $family wayout_drill 2>/dev/null; done
drill is-active --quiet wayout-drill-start.timer && drill start ${pairUnits.pair}
drill stop wayout-drill-mend.timer wayout-drill-mend-again.timer wayout-drill-start.timer
rm -rf ${drillFolder}
drill stop wayout-drill-end-${owner}.timer
:`;
}
