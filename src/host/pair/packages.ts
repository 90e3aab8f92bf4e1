/** Installing what a pair needs on its hosts, and taking away again what came with it. Pure. */
import type { HostFacts } from "../host.ts";
import { ownFolder } from "../own-paths.ts";
import { pairFolder, pairPaths } from "./paths.ts";

export type PackageManager = NonNullable<HostFacts["packageManager"]>;
export type PairProgram = "keepalived" | "conntrackd" | "conntrack" | "arping" | "perl";

/** arping is of iputils there, and conntrackd and conntrack come together. */
const redHat = {
  keepalived: "keepalived",
  conntrackd: "conntrack-tools",
  conntrack: "conntrack-tools",
  arping: "iputils",
  perl: "perl-interpreter",
};
const packageNames: Readonly<Record<PackageManager, Readonly<Record<PairProgram, string>>>> = {
  "apt-get": {
    keepalived: "keepalived",
    conntrackd: "conntrackd",
    conntrack: "conntrack",
    arping: "iputils-arping",
    perl: "perl-base",
  },
  dnf: redHat,
  yum: redHat,
};

export function packagesFor(manager: PackageManager, programs: readonly PairProgram[]): string[] {
  return [...new Set(programs.map((program) => packageNames[manager][program]))];
}

/**
 * Debian starts what it installs. Not these: Wayout runs its own, with its own configuration. What was not there before
 * is written down ahead, so that a second try after a broken one still knows it.
 */
export function installScript(manager: PackageManager, packages: readonly string[]): string {
  const list = listInstalled(manager);
  const install =
    manager === "apt-get"
      ? `export DEBIAN_FRONTEND=noninteractive
apt-get -qq -o DPkg::Lock::Timeout=120 update >/dev/null || echo "apt-get update failed; going on with the lists that are there" >&2
apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 --no-install-recommends install ${packages.join(" ")} >/dev/null`
      : `${manager} -q -y install ${packages.join(" ")} >/dev/null`;
  return `set -e
mkdir -p ${ownFolder}
before=$(mktemp); ${list} > "$before"
# Those that run already are somebody else's.
for unit in keepalived conntrackd; do
  systemctl is-active --quiet $unit || systemctl --quiet mask --runtime $unit 2>/dev/null || :
done
code=0
( ${install} ) || code=$?
${list} | comm -13 "$before" - > "$before.new"
touch ${pairPaths.packages}
sort -u "$before.new" ${pairPaths.packages} > "$before.all"
for unit in keepalived conntrackd; do
  systemctl is-active --quiet $unit && continue
  systemctl --quiet unmask --runtime $unit 2>/dev/null || :
  if grep -q -e "^$unit" -e '^conntrack-tools' "$before.new"; then systemctl --quiet disable $unit 2>/dev/null || :; fi
done
cp "$before.all" ${pairPaths.packages}
chmod 644 ${pairPaths.packages}
rm -f "$before" "$before.new" "$before.all"
exit $code`;
}

/** Takes away what the file lists, and the file. */
export function removeScript(manager: PackageManager): string {
  const remove =
    manager === "apt-get"
      ? "DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 purge $packages >/dev/null"
      : `${manager} -q -y remove $packages >/dev/null`;
  return `set -e
packages=$(cat ${pairPaths.packages} 2>/dev/null) || exit 0
if [ -n "$packages" ]; then ${remove}; fi
rm -f ${pairPaths.packages}
rmdir ${pairFolder} ${ownFolder} 2>/dev/null || :`;
}

function listInstalled(manager: PackageManager): string {
  return manager === "apt-get"
    ? "dpkg -l | awk '/^ii/ { sub(/:.*/, \"\", $2); print $2 }' | LC_ALL=C sort"
    : "rpm -qa --qf '%{NAME}\\n' | LC_ALL=C sort";
}
