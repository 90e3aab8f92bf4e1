import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** The address that a host outside sees is `expected`, the gateway's EIP. */
export function seenAddress(url: string, expected: string | undefined): Probe {
  return {
    name: "seen-address",
    to: url,
    script: `if command -v curl >/dev/null 2>&1; then curl -fsS -m 8 ${quote(url)} 2>&1
elif command -v wget >/dev/null 2>&1; then wget -q -T 8 -t 1 -O - ${quote(url)} 2>&1
else echo "no curl or wget here"; exit 3
fi`,
    wrong(output) {
      const seen = /\d{1,3}(\.\d{1,3}){3}/.exec(output)?.[0];
      if (seen === undefined) return `the answer holds no address: ${output.slice(0, 200)}`;
      if (expected !== undefined && seen !== expected)
        return `seen as ${seen}, not as the gateway's EIP ${expected}`;
      return undefined;
    },
  };
}
