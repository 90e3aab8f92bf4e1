import { quote } from "../host/script.ts";
import type { Probe } from "./probe.ts";

/** A TCP connection is accepted. `target` is host:port. */
export function tcp(target: string): Probe {
  const { host, port } = hostAndPort(target);
  return {
    name: "tcp",
    to: target,
    script: `if command -v nc >/dev/null 2>&1; then said=$(nc -z -w 5 ${quote(host)} ${port} 2>&1)
elif command -v bash >/dev/null 2>&1; then said=$(timeout 5 bash -c "exec 3<>/dev/tcp/${host}/${port}" 2>&1)
elif command -v curl >/dev/null 2>&1; then said=$(curl -sS --connect-timeout 5 -m 6 -o /dev/null ${quote(`http://${target}/`)} 2>&1)
else echo "no nc, bash or curl here"; exit 3
fi && echo "connected" || { echo "no connection within 5 s\${said:+: $said}"; exit 1; }`,
  };
}

/** "198.51.100.10:443" in two. */
export function hostAndPort(target: string): { readonly host: string; readonly port: number } {
  const [host = "", port = ""] = target.split(":");
  return { host, port: Number(port) };
}
