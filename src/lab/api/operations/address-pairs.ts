import { isAddress, parseRange } from "../../../spec/addresses.ts";
import type { LabAddressPair } from "../../state.ts";
import { Refused } from "./refused.ts";

/** Neutron's `max_allowed_address_pair`. */
const maxPairs = 10;

/**
 * The pairs as they are kept: a MAC that is the port's own is the default and not kept.
 * OTC refuses 0.0.0.0/0 and takes 1.1.1.1/0 for "no check" (VPC API, "Updating a Port").
 */
export function requirePairs(pairs: readonly LabAddressPair[], portMac: string): LabAddressPair[] {
  if (pairs.length > maxPairs) {
    throw new Refused(
      "port",
      "too-many-pairs",
      `The number of allowed address pairs exceeds the maximum ${maxPairs}.`,
    );
  }
  const seen = new Set<string>();
  return pairs.map((pair) => {
    requireAddress(pair.ip_address);
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

function requireAddress(text: string): void {
  if (text === "0.0.0.0/0") {
    throw new Refused("port", "invalid", "The IP address of an allowed address pair cannot be 0.0.0.0/0.");
  }
  if (!isAddress(text) && !parseRange(text)) {
    throw new Refused("port", "invalid", `'${text}' is not a valid IP subnet`);
  }
}
