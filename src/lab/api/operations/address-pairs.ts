import { isAddress, parseRange } from "../../../spec/addresses.ts";
import type { LabAddressPair, LabCloudKind, LabState } from "../../state.ts";
import { Refused } from "./refused.ts";

/** Neutron's `max_allowed_address_pair`. */
const maxPairs = 10;

/**
 * The pairs as they are kept: a MAC that is the port's own is the default and not kept.
 * OTC refuses 0.0.0.0/0 and takes 1.1.1.1/0 for "no check" (VPC API, "Updating a Port").
 */
export function requirePairs(
  cloud: LabCloudKind,
  pairs: readonly LabAddressPair[],
  portMac: string,
): LabAddressPair[] {
  if (pairs.length > maxPairs) {
    throw new Refused(
      "port",
      "too-many-pairs",
      `The number of allowed address pairs exceeds the maximum ${maxPairs}.`,
    );
  }
  const seen = new Set<string>();
  return pairs.map((pair) => {
    requireAddress(cloud, pair.ip_address);
    const mac = pair.mac_address?.toLowerCase();
    const key = `${mac ?? portMac} ${pair.ip_address}`;
    if (seen.has(key)) {
      throw new Refused(
        "port",
        "duplicate-pair",
        `Request contains duplicate address pair: mac_address ${mac ?? "None"} ip_address ${pair.ip_address}.`,
      );
    }
    seen.add(key);
    const own = mac === undefined || mac === portMac;
    return { ip_address: pair.ip_address, ...(own ? {} : { mac_address: mac }) };
  });
}

/**
 * A virtual IP is bound by pairs with the addresses of NICs, which must exist (VPC API, "Updating a Port"). Those that were
 * there before may stay: their NIC may have gone since.
 */
export function requireBindable(
  state: LabState,
  subnetId: string,
  pairs: readonly LabAddressPair[],
  before: readonly LabAddressPair[],
): void {
  const known = new Set(before.map((pair) => pair.ip_address));
  for (const { ip_address: ip } of pairs) {
    const nic = state.ports.get(state.ports.withAddress(subnetId, ip) ?? "");
    if (known.has(ip) || (nic !== undefined && nic.serverId !== "")) continue;
    throw new Refused(
      "port",
      "invalid",
      `${ip} is not the address of a server's NIC in network ${subnetId}.`,
    );
  }
}

function requireAddress(cloud: LabCloudKind, text: string): void {
  if (cloud !== "openstack" && text === "0.0.0.0/0") {
    throw new Refused("port", "invalid", "The IP address of an allowed address pair cannot be 0.0.0.0/0.");
  }
  if (!isAddress(text) && !parseRange(text)) {
    throw new Refused("port", "invalid", `'${text}' is not a valid IP subnet`);
  }
}
