/** Devices, addresses and the route to the Internet, from `ip -o` and `ip route get` of any iproute2. */
import { isAddress, parseRange } from "../../spec/addresses.ts";
import { deviceName } from "../../spec/forms.ts";
import { badFact } from "../bad-fact.ts";
import type { HostDevice, HostFacts } from "../host.ts";

/**
 * Devices may have any name here: the form counts for those that are used. `links`: `ip -o link show`; `addresses`: `ip -4 -o addr show`.
 */
export function parseDevices(links: readonly string[], addresses: readonly string[]): readonly HostDevice[] {
  const devices: HostDevice[] = [];
  for (const line of links) {
    const match = /^\d+:\s+([^:@\s]+)[^:]*:\s.*?\bmtu (\d+)/.exec(line);
    const name = match?.[1];
    if (!name || name === "lo") continue;
    devices.push({
      name,
      mac: /link\/\S+ ([0-9a-f]{2}(?::[0-9a-f]{2}){5})/i.exec(line)?.[1]?.toLowerCase() ?? "",
      mtu: Number(match[2]),
      addresses: addresses.flatMap((text) => {
        const address = /^\d+:\s+(\S+)\s+inet (\S+)/.exec(text);
        return address?.[1] === name && address[2] && parseRange(address[2]) ? [address[2]] : [];
      }),
    });
  }
  return devices;
}

/**
 * The answer of `ip -4 route get` for an address in the Internet; undefined without a route.
 * @throws Problem host/bad-fact
 */
export function parseEgress(route: readonly string[], server: string): HostFacts["egress"] {
  const line = route[0] ?? "";
  const device = / dev (\S+)/.exec(line)?.[1];
  const address = / src (\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1];
  const via = / via (\d+\.\d+\.\d+\.\d+)/.exec(line)?.[1];
  if (!device || !address || device === "lo" || /^(unreachable|blackhole|prohibit)/.test(line))
    return undefined;
  if (!deviceName.safeParse(device).success) {
    throw badFact(server, "as the device of its route to the Internet", device);
  }
  if (!isAddress(address)) throw badFact(server, "as its own address on the route to the Internet", address);
  if (via !== undefined && !isAddress(via)) throw badFact(server, "as its router to the Internet", via);
  return { device, address, ...(via ? { via } : {}) };
}
