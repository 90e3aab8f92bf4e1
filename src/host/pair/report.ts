/** What one host of a pair says of itself. */
import { pairPaths, pairState, pairUnits } from "./paths.ts";

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
  readonly own: number | null;
  /** Connections that it knows of the other host. */
  readonly known: number | null;
  /** Seconds since the other one's conntrackd was heard. */
  readonly lagSeconds: number | null;
}

/** Reads only. */
export const reportScript = `state=${pairState}
cat "$state/role" 2>/dev/null
echo "unfit=$(cat "$state/unfit" 2>/dev/null)"
echo "unsynced=$(cat "$state/unsynced" 2>/dev/null)"
[ -e "$state/telling" ] && echo telling=yes
[ -e "$state/settled" ] && echo settled=yes
echo "restarts=$(systemctl show -p NRestarts ${pairUnits.pair} | sed s/.*=//)"
read -r now _ < /proc/uptime
heard=$(cat "$state/heard" 2>/dev/null) && echo "lag=$((\${now%%.*} - heard))"
for unit in ${pairUnits.pair} ${pairUnits.sync}; do echo "$unit=$(systemctl is-active $unit)"; done
timeout 2 conntrackd -C ${pairPaths.conntrackd} -s 2>/dev/null |
  awk '/^cache/ { name = $2; sub(":", "", name) } /current active connections/ { print name "=" $NF }'
:`;

export function parseReport(output: string): MemberReport {
  const said = new Map(
    output.split("\n").flatMap((line): [string, string][] => {
      const at = line.indexOf("=");
      return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1).trim()]];
    }),
  );
  const number = (name: string): number | null => {
    const text = said.get(name);
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
  };
  const role = said.get("role");
  const commit = said.get("commit");
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
    own: number("internal"),
    known: number("external"),
    lagSeconds: number("lag"),
  };
}
