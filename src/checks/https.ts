import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** A whole HTTPS request, certificate included. */
export function https(url: string): Probe {
  return {
    name: "https",
    to: url,
    script: `if command -v curl >/dev/null 2>&1; then
  curl -sS -m 8 -o /dev/null -w 'status %{http_code}, %{size_download} bytes\\n' ${quote(url)} 2>&1
elif command -v wget >/dev/null 2>&1; then wget -q -T 8 -t 1 -O /dev/null ${quote(url)} 2>&1 && echo "answered"
else echo "no curl or wget here"; exit 3
fi`,
  };
}
