/**
 * Ranges and addresses that the cloud answers for what the spec names, judged before anything is planned: they become rules of a kernel, routes
 * and the destination of a login. Pure.
 */
import type { Nic, PublicIp, Subnet, Vpc } from "../../cloud/cloud.ts";
import { contains, holds, parseRange, type Range } from "../../spec/addresses.ts";
import { unreachableAs, unroutableIn } from "../../spec/unroutable.ts";
import type { Path } from "../../spec/yaml-file.ts";
import type { Asked } from "./asked.ts";

const hint =
  "The cloud's API returned this. Look at it in the cloud's console, and check that auth_url in clouds.yaml is the right cloud. Nothing was changed.";

/** @throws Problem spec/unusable-range */
export function checkVpcRanges(asked: Asked, vpc: Vpc): void {
  for (const cidr of vpc.cidrs) usableRange(asked, vpc, cidr, `${vpc.name} has the range ${cidr}`, ["vpc"]);
}

/** @throws Problem spec/unusable-range, spec/unusable-address */
export function checkSubnet(asked: Asked, vpc: Vpc, subnet: Subnet, path: Path): void {
  const said = `${subnet.name} has the range ${subnet.cidr}`;
  const range = usableRange(asked, vpc, subnet.cidr, said, path);
  // A VPC of OpenStack is a router: its ranges are those of its subnets. OTC leaves a VPC's range empty where none was chosen.
  const ranges = vpc.cidrs.flatMap((cidr) => parseRange(cidr) ?? []);
  if (ranges.length > 0 && !ranges.some((outer) => contains(outer, range))) {
    const inside = vpc.cidrs.join(", ");
    throw asked.problem(
      "spec/unusable-range",
      path,
      `${said}, which does not lie in ${vpc.name} (${inside})`,
      hint,
    );
  }
  if (subnet.gatewayIp !== "" && !holds(range, subnet.gatewayIp)) {
    const text = `the gateway ${subnet.gatewayIp} of ${subnet.name} does not lie in its range ${subnet.cidr}`;
    throw asked.problem("spec/unusable-address", path, text, hint);
  }
}

/** @throws Problem spec/unusable-address */
export function checkNic(asked: Asked, nic: Pick<Nic, "ip">, subnet: Subnet, name: string, path: Path): void {
  const range = parseRange(subnet.cidr);
  if (range && nic.ip !== "" && holds(range, nic.ip)) return;
  const text = `${name} has the address ${nic.ip === "" ? "none" : nic.ip} in ${subnet.name}, whose range is ${subnet.cidr}`;
  throw asked.problem("spec/unusable-address", path, text, hint);
}

/**
 * A private address is fine: floating IPs of a private cloud are.
 * @throws Problem spec/unusable-address
 */
export function checkPublicIp(asked: Asked, { address }: PublicIp, name: string, path: Path): void {
  const what = unreachableAs(address);
  if (what === undefined) return;
  throw asked.problem("spec/unusable-address", path, `the EIP ${address} of ${name} is ${what}`, hint);
}

function usableRange(asked: Asked, vpc: Vpc, cidr: string, said: string, path: Path): Range {
  const range = parseRange(cidr);
  const what = range && unroutableIn(range, vpc.router === undefined)?.what;
  if (range && what === undefined) return range;
  const why = range ? `and ${what} cannot be routed` : "which is not an IPv4 range";
  throw asked.problem("spec/unusable-range", path, `${said}, ${why}`, hint);
}
