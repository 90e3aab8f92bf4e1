import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** The machine's own resolver knows a name of the Internet. */
export function dns(name: string): Probe {
  return {
    name: "dns",
    to: name,
    script: `if command -v getent >/dev/null 2>&1; then said=$(timeout 6 getent ahostsv4 ${quote(name)} 2>&1)
elif command -v nslookup >/dev/null 2>&1; then said=$(timeout 6 nslookup ${quote(name)} 2>&1)
else echo "no getent or nslookup here"; exit 3
fi && [ -n "$said" ] && printf '%s\\n' "$said" | awk 'NR==1{print "is " $1}' || { echo "cannot be resolved"; exit 1; }`,
  };
}
