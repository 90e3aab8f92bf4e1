/**
 * A change of a host in two scripts. The first arms a timer on the host that puts the old state back, then changes what
 * runs. The second, sent over a new connection, disarms it and makes the change last. Nothing that outlives a reboot is
 * written before the second: a reboot in between brings the old state. Pure.
 *
 * $state/arming becomes $state/armed (complete, the timer runs), and from there, by one rename that only one side can
 * win, either $state/restoring or $state/confirming; both end with the folder gone.
 */
import { manualRuleWords, parseManualRule } from "./hand-made-rule.ts";
import type { HandMadeRule, HostFile, InitSystem } from "./host.ts";
import { removeIptablesRules, restoreIptablesRules } from "./iptables-shell.ts";
import { oneAtATime, ownFolder, ownTable, stateFolder } from "./own-paths.ts";
import { pairPaths } from "./pair/paths.ts";
import { mustBePermitted } from "./permitted.ts";
import { disableAtBoot, forgetAtBoot } from "./persistence/at-boot.ts";
import { quote, writeText } from "./script.ts";
import { sysctlPath, sysctlPathFunction } from "./sysctl-path.ts";

export interface HostChange {
  readonly init: InitSystem;
  /** The boot entry that the change is about. */
  readonly unit: string;
  /** Kernel parameters to set now; what the kernel changes with them is remembered too. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Kernel parameters that `now` also sets: remembered on the host with those of `sysctl`. */
  readonly touchedSysctl: readonly string[];
  /** Our kernel rules change. */
  readonly rules?: "load" | "remove";
  readonly backend?: "nftables" | "iptables";
  /** Paths, among `files`, of the script that loads the rules and of the rules. */
  readonly load?: { readonly script: string; readonly rules: string };
  /** Rules set by hand that are taken out of the kernel, and such that are given back. */
  readonly take: readonly HandMadeRule[];
  readonly give: readonly HandMadeRule[];
  /** How files are to be; other files are left alone. */
  readonly files: readonly HostFile[];
  readonly remove: readonly string[];
  /** Shell lines that enable the boot entry; empty with `disable`. */
  readonly enable: readonly string[];
  readonly disable: boolean;
}

const begin = [
  stateFolder,
  'run() { "$@" || { code=$?; echo "wayout: failed: $*" >&2; exit $code; }; }',
  // Of the change with this token: its unit under systemd, elsewhere the process group of a sleeping shell.
  "stop_timer() {",
  '  systemctl stop "wayout-restore-$1.timer" >/dev/null 2>&1 || :',
  '  if [ -n "$2" ]; then kill -- "-$2" 2>/dev/null || kill "$2" 2>/dev/null || :; fi',
  "}",
  // The timer goes last: should this be cut short, it is still there.
  "restore_now() {",
  '  timer=$(cat "$state/armed/timer" 2>/dev/null) || :',
  '  sh "$state/armed/restore" "$1"',
  '  stop_timer "$1" "$timer"',
  "}",
  "set -e",
].join("\n");

/** Of a script that comes from outside; those that it runs itself are under its lock. */
const beginAlone = `${begin}\n${oneAtATime}`;

/** What an earlier run left unconfirmed is taken back; somebody may be at it already. */
const endArmed = `if [ -d "$state/armed" ]; then restore_now "$(cat "$state/armed/token" 2>/dev/null)" || :; fi
for second in 1 2 3 4 5 6 7 8 9 10; do [ -d "$state/restoring" ] || break; sleep 1; done
if [ -d "$state/restoring" ]; then sh "$state/restoring/restore" again; fi`;

/** Takes back what nobody has confirmed, whichever run armed it, and waits for what is being confirmed. */
export const endArmedScript = `${beginAlone}
${endArmed}
rm -rf "$state/arming" "$state/confirming"`;

/** Arms and changes what runs. `token` names this change; the timer of an older one does nothing to it. */
export function armScript(change: HostChange, token: string, seconds: number): string {
  mustBePermitted(change);
  const staged = (path: string) =>
    `"$state/armed/files/${change.files.findIndex((file) => file.path === path)}"`;
  return `${beginAlone}
umask 077
mkdir -p "$state"
${endArmed}
rm -rf "$state/arming" "$state/confirming"
mkdir -p "$state/arming/files" "$state/arming/sysctl"
cd "$state/arming"
${snapshot(change)}
${change.files.map((file, at) => writeFile(`files/${at}`, file)).join("\n")}
${writeText("restore", restoreScript(change))}
${writeText("now", `${begin}\n${now(change, staged).join("\n")}\n`)}
echo ${quote(token)} > token
mv "$state/arming" "$state/armed"
cd "$state/armed"
${startTimer(token, seconds)}
code=0; sh now || code=$?
if [ $code -ne 0 ]; then restore_now ${quote(token)}; exit $code; fi`;
}

/** The exit code of `confirmScript` when the old state has been put back already. */
export const restoredExitCode = 75;

/**
 * Disarms and makes the change last, after what the host still does.
 * @param otherwise the exit code where the change is not armed any more
 */
export function confirmScript(change: HostChange, token: string, otherwise = restoredExitCode): string {
  mustBePermitted(change);
  return `${beginAlone}
umask 022
[ "$(cat "$state/armed/token" 2>/dev/null)" = ${quote(token)} ] || exit ${otherwise}
mv "$state/armed" "$state/confirming" 2>/dev/null || exit ${restoredExitCode}
# However this ends: what is half made is for the next script to see, and not this.
forget() { cd /; rm -rf "$state/confirming"; rmdir "$state" 2>/dev/null || :; }
trap forget EXIT
stop_timer ${quote(token)} "$(cat "$state/confirming/timer" 2>/dev/null)"
cd "$state/confirming"
put() {
  mkdir -p "$(dirname "$3")"
  # The whole copy first: a full disk must not cut off a file that is there.
  cp "files/$1" "$3.wayout-new" || { rm -f "$3.wayout-new"; exit 1; }
  if [ -e "$3" ] && [ "$4" = others ]; then
    cat "$3.wayout-new" > "$3"; chmod "$2" "$3"; rm "$3.wayout-new"
  else chmod "$2" "$3.wayout-new"; mv "$3.wayout-new" "$3"; fi
}
${change.disable ? disableAtBoot(change.init, change.unit).join("\n") : ":"}
${change.files.map((file, at) => `put ${at} ${file.mode} ${quote(file.path)} ${isOwn(file.path) ? "own" : "others"}`).join("\n")}
${change.remove.map((path) => `rm -f ${quote(path)}`).join("\n")}
${change.disable ? forgetAtBoot(change.init, change.unit).join("\n") : change.enable.join("\n")}
${change.rules === "remove" ? 'rm -f "$state/loaded-nft" "$state/loaded-iptables"' : ":"}
rmdir ${ownFolder}/pair 2>/dev/null || :
rmdir ${ownFolder} 2>/dev/null || :
sync -f /etc 2>/dev/null || sync`;
}

/** Takes an unconfirmed change back at once instead of waiting for its timer. */
export function restoreNowScript(token: string): string {
  return `${beginAlone}
if [ "$(cat "$state/armed/token" 2>/dev/null)" = ${quote(token)} ]; then restore_now ${quote(token)}; fi
for second in 1 2 3 4 5 6 7 8 9 10; do [ -d "$state/restoring" ] || break; sleep 1; done`;
}

const ipForward = "net.ipv4.ip_forward";

/** What the kernel itself changes when ip_forward changes (Linux, net/ipv4/devinet.c, inet_forward_change). */
const changedWithIpForward = `cat /proc/sys/net/ipv4/conf/all/accept_redirects > sysctl/net.ipv4.conf.all.accept_redirects
for folder in /proc/sys/net/ipv4/conf/*; do
  device=\${folder##*/}
  # A device may go away meanwhile.
  if [ "$device" != all ]; then cat "$folder/forwarding" > "sysctl/net.ipv4.conf.$device.forwarding" || :; fi
done`;

/** The old state of everything that the change touches, as the host itself sees it now. */
function snapshot(change: HostChange): string {
  const names = [...new Set([...Object.keys(change.sysctl), ...change.touchedSysctl])].sort();
  const lines = names.map((name) => {
    const path = quote(sysctlPath(name));
    return `if [ -f ${path} ]; then cat ${path} > sysctl/${quote(name)}; fi`;
  });
  if (names.includes(ipForward)) lines.push(changedWithIpForward);
  lines.push(
    `: > nft`,
    `if command -v nft >/dev/null; then nft -s list table ip ${ownTable} > nft 2>/dev/null || : > nft; fi`,
    'for name in loaded-nft loaded-iptables; do if [ -f "$state/$name" ]; then cp "$state/$name" "$name"; fi; done',
  );
  if (change.take.length + change.give.length > 0 || change.backend === "iptables") {
    lines.push(
      "if command -v iptables-legacy-save >/dev/null; then",
      "  iptables-legacy-save > iptables-legacy 2>/dev/null || :",
      "  if command -v iptables-nft-save >/dev/null; then iptables-nft-save > iptables-nft 2>/dev/null || :; fi",
      "elif command -v iptables-save >/dev/null; then",
      "  case $(iptables -V) in *nf_tables*) name=iptables-nft ;; *) name=iptables-legacy ;; esac",
      "  iptables-save > $name 2>/dev/null || :",
      "fi",
    );
  }
  return lines.join("\n");
}

/** Runs on the host, by the timer or by a later run; goes on whatever fails. Its first argument is the change's token. */
function restoreScript(change: HostChange): string {
  return `#!/bin/sh
# Wayout: puts back what a change that nobody confirmed had changed.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL
${stateFolder}
${sysctlPathFunction}
if [ "$1" != again ]; then
  [ "$(cat "$state/armed/token" 2>/dev/null)" = "$1" ] || exit 0
  mv "$state/armed" "$state/restoring" 2>/dev/null || exit 0
fi
cd "$state/restoring" || exit 0
${change.rules ? `${restoreRules(change.backend)}\n${rulesAreOthers}` : ":"}
${[...change.take].sort(byPosition).map(putBack).join("\n")}
${change.give.map(takeOut).join("\n")}
# ip_forward first: setting it sets others (accept_redirects, each device's forwarding).
for path in sysctl/${ipForward} sysctl/*; do
  [ -f "$path" ] || continue
  file=$(sysctl_path "\${path#sysctl/}")
  [ -w "$file" ] && [ "$(cat "$file")" != "$(cat "$path")" ] && cat "$path" > "$file"
done
for name in loaded-nft loaded-iptables; do
  if [ -f "$name" ]; then cp "$name" "$state/$name"; else rm -f "$state/$name"; fi
done
cd /
rm -rf "$state/restoring"
rmdir "$state" 2>/dev/null
exit 0
`;
}

function restoreRules(backend: HostChange["backend"]): string {
  if (backend === "iptables") return restoreIptablesRules("iptables-legacy", "iptables-nft");
  return `{ echo "add table ip ${ownTable}"; echo "delete table ip ${ownTable}"; cat nft; } | nft -f -`;
}

/** The active one of a pair leaves by the address that its rules translate to: told at once, as the proof comes next. */
const rulesAreOthers = `if [ -f ${pairPaths.role} ]; then sh ${pairPaths.role} rules || :; fi`;

/** What the change does to what runs. */
function now(change: HostChange, staged: (path: string) => string): string[] {
  const lines: string[] = [];
  if (change.load) lines.push(`run sh ${staged(change.load.script)} ${staged(change.load.rules)}`);
  if (change.rules === "remove" && change.backend === "nftables") {
    lines.push(`printf 'add table ip ${ownTable}\\ndelete table ip ${ownTable}\\n' | run nft -f -`);
  }
  if (change.rules === "remove" && change.backend === "iptables") lines.push(removeIptablesRules);
  if (change.rules) lines.push(rulesAreOthers);
  lines.push(...[...change.give].sort(byPosition).map(putBack), ...change.take.map(takeOut));
  for (const [name, value] of Object.entries(change.sysctl).sort(ipForwardFirst)) {
    const path = quote(sysctlPath(name));
    lines.push(`if [ -w ${path} ]; then echo ${quote(value)} > ${path}; fi`);
  }
  return lines;
}

/** Setting ip_forward sets others (accept_redirects, each device's forwarding), which are set after it then. */
function ipForwardFirst([a]: [string, string], [b]: [string, string]): number {
  return Number(b === ipForward) - Number(a === ipForward);
}

function byPosition(a: HandMadeRule, b: HandMadeRule): number {
  return a.position - b.position;
}

function putBack(rule: HandMadeRule): string {
  const words = wordsOf(rule);
  const tool = iptablesTool(rule.backend);
  return (
    `${tool} -w -t nat -C POSTROUTING ${words} 2>/dev/null || ` +
    `${tool} -w -t nat -I POSTROUTING ${Math.trunc(rule.position)} ${words} || ${tool} -w -t nat -A POSTROUTING ${words}`
  );
}

function takeOut(rule: HandMadeRule): string {
  const words = wordsOf(rule);
  const tool = iptablesTool(rule.backend);
  return `if ${tool} -w -t nat -C POSTROUTING ${words} 2>/dev/null; then ${tool} -w -t nat -D POSTROUTING ${words}; fi`;
}

function wordsOf({ rule }: HandMadeRule): string {
  const parsed = parseManualRule(rule);
  // The probe and the journal's schema let no other rule in.
  if (!parsed) throw new Error("a rule that is none of the manual's was to be changed");
  return manualRuleWords(parsed);
}

/** Where only one kind is installed it is called just iptables. */
function iptablesTool(backend: HandMadeRule["backend"]): string {
  return `$(command -v ${backend} || command -v iptables)`;
}

function startTimer(token: string, seconds: number): string {
  const unit = `wayout-restore-${token}`;
  const restore = `/bin/sh "$state/armed/restore" ${token}`;
  return `started=
if [ -d /run/systemd/system ] && command -v systemd-run >/dev/null; then
  for collect in --collect ""; do
    systemd-run --quiet $collect --unit=${unit} --on-active=${seconds} --timer-property=AccuracySec=100ms \\
      ${restore} 2>/dev/null && { started=yes; break; }
  done
fi
if [ -z "$started" ]; then
  session=; command -v setsid >/dev/null && session=setsid
  nohup $session sh -c "sleep ${seconds}; exec ${restore.replaceAll('"', "")}" </dev/null >/dev/null 2>&1 9>&- &
  echo $! > timer
fi`;
}

function writeFile(name: string, file: HostFile): string {
  if (!file.encoding) return writeText(name, file.content);
  return writeText(name, Buffer.from(file.content, "base64").toString("latin1"), "latin1");
}

function isOwn(path: string): boolean {
  return /(^|\/|-)wayout/.test(path);
}
