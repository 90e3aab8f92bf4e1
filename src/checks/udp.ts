import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";
import { hostAndPort } from "./tcp.ts";

/** "." IN NS with id 0x1234 (RFC 1035, 4.1): any DNS server answers it, if only to refuse. */
const query = "\\022\\064\\001\\000\\000\\001\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\001";

/** A UDP packet comes back: a DNS question to `target` (host:port), past the machine's own resolver. */
export function udp(target: string): Probe {
  const { host, port } = hostAndPort(target);
  return {
    name: "udp",
    to: target,
    script: `for try in 1 2 3; do
  if command -v bash >/dev/null 2>&1; then
    said=$(timeout 2 bash -c "exec 3<>/dev/udp/${host}/${port}; printf '${query}' >&3; head -c 12 <&3" 2>&1 | od -An -tx1 | head -n 1)
  elif command -v nc >/dev/null 2>&1; then
    said=$(printf '${query}' | timeout 2 nc -u -w 1 ${quote(host)} ${port} 2>&1 | od -An -tx1 | head -n 1)
  else echo "no nc or bash here"; exit 3
  fi
  case "$said" in *"12 34"*) echo "answered"; exit 0 ;; esac
done
echo "no answer to 3 packets"; exit 1`,
  };
}
