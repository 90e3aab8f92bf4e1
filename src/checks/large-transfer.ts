import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** Small packets pass where large ones are lost (a path MTU black hole), so a download needs at least this much. */
const enoughBytes = 1_000_000;

export function largeTransfer(url: string): Probe {
  return {
    name: "large-transfer",
    to: url,
    script: `if command -v curl >/dev/null 2>&1; then
  curl -sS -m 15 -o /dev/null -w '%{size_download} bytes in %{time_total} s\\n' ${quote(url)} 2>&1
elif command -v wget >/dev/null 2>&1; then echo "$(timeout 15 wget -q -T 8 -t 1 -O - ${quote(url)} | wc -c) bytes"
else echo "no curl or wget here"; exit 3
fi`,
    wrong(output) {
      const bytes = Number(/(\d+) bytes/.exec(output)?.[1] ?? 0);
      return bytes >= enoughBytes
        ? undefined
        : `only ${bytes} bytes of at least ${enoughBytes} came: large packets may be lost on the way (MTU)`;
    },
  };
}
