/** What one host of a pair says of itself. */
import { guardTable } from "./guard.ts";
import { pairPaths, pairState, pairUnits } from "./paths.ts";
import type { Sample } from "./sample.ts";
import { sampleScript } from "./scripts.ts";
import { type SigningMode, signingModes, signingPaths } from "./signing.ts";

export interface MemberReport {
  /** null where the role service has not settled. */
  readonly role: "active" | "standby" | null;
  /** When it took the role; milliseconds since 1970, by the host's clock. */
  readonly sinceMs: number | null;
  /** How it became active: the other one's connections were taken over, or could not be. */
  readonly commit: "ok" | "failed" | "none";
  /** From the election to open, addressed and announced. */
  readonly tookMs: number | null;
  /** Why it could not do the work; empty when it can. */
  readonly unfit: string;
  /** Why it does not know the other one's connections; empty when it does. */
  readonly unsynced: string;
  /** It became active a moment ago, and the other one is not told of every connection yet. */
  readonly telling: boolean;
  /** No election is under way: the role is for longer than a moment. */
  readonly settled: boolean;
  /** How often systemd began the role service anew since it was started. */
  readonly restarts: number;
  readonly services: { readonly role: boolean; readonly sync: boolean };
  /** Connections that the kernel here has; null where conntrackd does not say. */
  readonly own: Sample | null;
  /** Connections that it knows of the other host. */
  readonly known: Sample | null;
  /** Of those, the ones that are not the gateway's: they will not be taken over. `example` says of one why. */
  readonly foreign: { readonly count: number; readonly example: string };
  /** Adverts and sync are taken from the other proxy alone. */
  readonly guarded: boolean;
  /** Since the guard was loaded, the service was started: what came from elsewhere, and what of the other one was not used. */
  readonly messages: {
    readonly refusedAdverts: number;
    readonly refusedSync: number;
    readonly lost: number;
    readonly late: number;
    readonly malformed: number;
    /** Connections that were told of and were not taken over. */
    readonly refusedConnections: number;
  };
  /** What its keepalived does with signatures of adverts; null where none runs. */
  readonly signing: SigningMode | null;
  /** Seconds since the other one's conntrackd was heard. */
  readonly lagSeconds: number | null;
}

/**
 * Reads only.
 * @param salt of the samples: the same for both proxies of a pair, and nothing that an outsider can know ahead. Without it nothing is
 *   sampled, which takes seconds of a large table: there is nothing to compare where one proxy is asked alone.
 */
export function reportScript(salt?: number): string {
  return `state=${pairState}
cat "$state/role" 2>/dev/null
echo "unfit=$(cat "$state/unfit" 2>/dev/null)"
echo "unsynced=$(cat "$state/unsynced" 2>/dev/null)"
[ -e "$state/telling" ] && echo telling=yes
[ -e "$state/settled" ] && echo settled=yes
echo "refused-connections=$(cat "$state/refused" 2>/dev/null)"
[ -f ${signingPaths.loaded} ] && echo "signing=$(sed -n 's/^[[:space:]]*mode //p' ${signingPaths.loaded})"
echo "restarts=$(systemctl show -p NRestarts ${pairUnits.pair} | sed s/.*=//)"
read -r now _ < /proc/uptime
heard=$(cat "$state/heard" 2>/dev/null) && echo "lag=$((\${now%%.*} - heard))"
for unit in ${pairUnits.pair} ${pairUnits.sync}; do echo "$unit=$(systemctl is-active $unit)"; done
sh ${pairPaths.guard} check 2>/dev/null && echo guarded=yes
nft list counters table ip ${guardTable} 2>/dev/null |
  awk '$1 == "counter" { name = $2 } $1 == "packets" { sub("_", "-", name); print name "=" $2 }'
timeout 2 conntrackd -C ${pairPaths.conntrackd} -s network 2>/dev/null |
  awk '/Packets lost/ { print "lost=" $NF } /Packets before/ { print "late=" $NF } /Malformed messages/ && !seen++ { print "malformed=" $NF }'
${salt === undefined ? "" : sampling(salt)}:`;
}

function sampling(salt: number): string {
  return `perl - ${salt} 2>/dev/null <<'WAYOUT_PERL'
${sampleScript}
WAYOUT_PERL
`;
}

export function parseReport(output: string): MemberReport {
  const said = new Map(
    output.split("\n").flatMap((line): [string, string][] => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const number = (name: string): number | null => {
    const text = said.get(name);
    return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
  };
  const counted = (name: string): number => number(name) ?? 0;
  const sample = (name: string): Sample | null => {
    const [count, ...hashes] = said.get(name)?.split(" ").map(Number) ?? [];
    if (count === undefined || ![count, ...hashes].every(Number.isSafeInteger)) return null;
    return { count, hashes: [...new Set(hashes)] };
  };
  const [, foreign = "0", example = ""] = /^(\d+) (.*)$/.exec(said.get("foreign") ?? "") ?? [];
  const role = said.get("role");
  const commit = said.get("commit");
  const signing = said.get("signing");
  return {
    role: role === "active" || role === "standby" ? role : null,
    sinceMs: number("since"),
    commit: commit === "ok" || commit === "failed" ? commit : "none",
    tookMs: number("took"),
    unfit: said.get("unfit") ?? "",
    unsynced: said.get("unsynced") ?? "",
    telling: said.get("telling") === "yes",
    settled: said.get("settled") === "yes",
    restarts: number("restarts") ?? 0,
    services: {
      role: said.get(pairUnits.pair) === "active",
      sync: said.get(pairUnits.sync) === "active",
    },
    own: sample("internal"),
    known: sample("external"),
    foreign: { count: Number(foreign), example },
    guarded: said.get("guarded") === "yes",
    messages: {
      refusedAdverts: counted("adverts-refused"),
      refusedSync: counted("sync-refused"),
      lost: counted("lost"),
      late: counted("late"),
      malformed: counted("malformed"),
      refusedConnections: counted("refused-connections"),
    },
    signing: signing === "" ? "none" : (signingModes.find((mode) => mode === signing) ?? null),
    lagSeconds: number("lag"),
  };
}
