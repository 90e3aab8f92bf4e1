/** Installing what a pair needs on its hosts, and taking away again what came with it. Pure. */
import type { HostFacts } from "../host.ts";
import { oneAtATime, ownFolder, stateFolder } from "../own-paths.ts";
import { writeText } from "../script.ts";
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

/** A line of the list: an installation has begun, and nobody has said yet that it is complete. */
export const unfinished = "# unfinished";

/** What was installed, out of the text of the list. */
const listed = `{ grep -v '^#' ${pairPaths.packages} 2>/dev/null || :; }`;

const aptOptions = "-qq -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0";

/** A dpkg that was cut short with the power refuses all work until it has been finished (dpkg(1), --configure). */
const finishDpkg = `export DEBIAN_FRONTEND=noninteractive
if grep -qs '^${unfinished}$' ${pairPaths.packages}; then dpkg --configure -a >/dev/null || :; fi`;

/**
 * Debian starts what it installs. Not these: Wayout runs its own, with its own configuration. Those that run already are
 * somebody else's.
 */
const begin = `set -e
${stateFolder}
${oneAtATime}
for unit in keepalived conntrackd; do
  systemctl is-active --quiet $unit || systemctl --quiet mask --runtime $unit 2>/dev/null || :
done
unmask() {
  for unit in keepalived conntrackd; do
    systemctl is-active --quiet $unit || systemctl --quiet unmask --runtime $unit 2>/dev/null || :
  done
}
trap unmask EXIT`;

/**
 * What was not there before is written down ahead, on the disk, so that undo takes it away even after a power cut in the
 * middle; and again afterwards, as it came.
 */
export function installScript(manager: PackageManager, packages: readonly string[]): string {
  const list = listInstalled(manager);
  const { prepare, coming, install } = wordsOf(manager, packages);
  return `${begin}
mkdir -p ${ownFolder}
before=$(mktemp -p /run wayout-packages.XXXXXX)
${list} > "$before"
# A full disk must not cut the list off.
remember() {
  { echo "$1"; cat; ${listed}; } | grep . | LC_ALL=C sort -u > "$before.all"
  cp "$before.all" ${pairPaths.packages}.new
  chmod 644 ${pairPaths.packages}.new
  mv ${pairPaths.packages}.new ${pairPaths.packages}
}
# From here on undo knows of it.
: | remember "${unfinished}"
${prepare}
${coming} | LC_ALL=C sort -u | LC_ALL=C comm -13 "$before" - | remember "${unfinished}"
code=0; mark=
( ${install} >/dev/null ) 9>&- || { code=$?; mark="${unfinished}"; }
unmask
${list} | LC_ALL=C comm -13 "$before" - > "$before.new"
for unit in keepalived conntrackd; do
  systemctl is-active --quiet $unit && continue
  if grep -q -e "^$unit" -e '^conntrack-tools' "$before.new"; then systemctl --quiet --no-reload disable $unit 2>/dev/null || :; fi
done
remember "$mark" < "$before.new"
rm -f "$before" "$before.new" "$before.all"
exit $code`;
}

/** Takes away what the file lists and `kept`, the file's text before, does not; without such a text, the file too. */
export function removeScript(manager: PackageManager, kept: string | null): string {
  const remove =
    manager === "apt-get"
      ? `{ ${finishDpkg}; apt-get -y ${aptOptions} purge $packages >/dev/null; }`
      : `${manager} -q -y remove $packages >/dev/null`;
  return `${begin}
[ -e ${pairPaths.packages} ] || exit 0
kept=$(mktemp -p /run wayout-packages.XXXXXX)
${writeText('"$kept"', kept ?? "")}
${present(manager)} | LC_ALL=C sort -u > "$kept.present"
packages=$(${listed} | LC_ALL=C sort | LC_ALL=C comm -23 - "$kept" | LC_ALL=C comm -12 - "$kept.present")
if [ -n "$packages" ]; then ${remove}; fi
${kept === null ? `rm -f ${pairPaths.packages}` : `cp "$kept" ${pairPaths.packages}.new; chmod 644 ${pairPaths.packages}.new; mv ${pairPaths.packages}.new ${pairPaths.packages}`}
rm -f "$kept" "$kept.present"
rmdir ${pairFolder} ${ownFolder} 2>/dev/null || :`;
}

/** The names in the text of the list. */
export function namesIn(list: string): string[] {
  return list.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

/** What comes ahead, what will come along (as far as the manager says so), and the installation. */
function wordsOf(manager: PackageManager, packages: readonly string[]) {
  const names = packages.join(" ");
  const prepare =
    manager === "apt-get"
      ? `${finishDpkg}
apt-get ${aptOptions} update >/dev/null || echo "apt-get update failed; going on with the lists that are there" >&2`
      : ":";
  // All is there, and only a list that is unfinished is to be finished.
  if (packages.length === 0) return { prepare, coming: ":", install: ":" };
  if (manager !== "apt-get") {
    return { prepare, coming: `printf '%s\\n' ${names}`, install: `${manager} -q -y install ${names}` };
  }
  const install = `${aptOptions} --no-install-recommends install ${names}`;
  return {
    prepare,
    coming: `apt-get -s ${install} | awk '/^Inst / { sub(/:.*/, "", $2); print $2 }'`,
    install: `apt-get -y ${install}`,
  };
}

function listInstalled(manager: PackageManager): string {
  return manager === "apt-get"
    ? "dpkg -l | awk '/^ii/ { sub(/:.*/, \"\", $2); print $2 }' | LC_ALL=C sort"
    : "rpm -qa --qf '%{NAME}\\n' | LC_ALL=C sort";
}

/** Also those that are half installed, or of which only the configuration is left. */
function present(manager: PackageManager): string {
  return manager === "apt-get"
    ? `dpkg-query -W -f '\${Package} \${db:Status-Status}\\n' | awk '$2 != "not-installed" { print $1 }'`
    : listInstalled(manager);
}
