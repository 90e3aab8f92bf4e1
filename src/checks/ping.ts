import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** ICMP echo to several hosts; one that answers is enough, since hosts of the Internet may refuse ping. */
export function ping(targets: readonly string[]): Probe {
  return {
    name: "ping",
    to: targets.join(", "),
    script: `command -v ping >/dev/null 2>&1 || { echo "no ping here"; exit 3; }
answered=1
for target in ${targets.map(quote).join(" ")}; do
  if said=$(ping -n -c 2 -i 0.3 -W 2 "$target" 2>&1); then
    answered=0
    echo "$target answers in $(printf '%s\\n' "$said" | sed -n 's|.* = [^/]*/\\([^/]*\\)/.*|\\1|p') ms"
  else
    echo "$target: $(printf '%s\\n' "$said" | grep -E 'loss|nreachable|denied|xceeded' | tail -n 1)"
  fi
done
exit $answered`,
  };
}
