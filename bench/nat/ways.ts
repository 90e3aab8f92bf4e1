/** The rules that are compared, each as a script for a proxy whose NICs are `inside` and `outside`. */
import { iptablesText } from "../../src/host/iptables.ts";
import { nftablesText } from "../../src/host/nftables.ts";
import { closedByDefault, type Rules } from "../../src/host/rules.ts";
import { toAddress, toNumber } from "../../src/spec/addresses.ts";

export const inside = "eth0";
export const outside = "eth1";
export const proxyAddress = "203.0.113.10";
export const vpcCidr = "10.0.0.0/8";

export interface Way {
  readonly name: string;
  /** What it is, for the table. */
  readonly text: string;
  readonly translates: boolean;
  /** A program and what it reads from stdin. Without it the proxy only routes. */
  readonly load?: (served: readonly string[]) => { readonly program: string; readonly input: string };
  /** `iptables` and its kin are this variant's in the program's PATH. */
  readonly iptables?: "legacy" | "nft";
}

export const ways: readonly Way[] = [
  { name: "none", text: "no NAT, plain routing", translates: false },
  {
    name: "manual-legacy",
    text: "the manual's rules, iptables-legacy",
    translates: true,
    iptables: "legacy",
    load: (served) => ({ program: "iptables-restore", input: manualRules(served) }),
  },
  {
    name: "manual-nft",
    text: "the manual's rules, iptables-nft",
    translates: true,
    iptables: "nft",
    load: (served) => ({ program: "iptables-restore", input: manualRules(served) }),
  },
  {
    name: "wayout",
    text: "Wayout",
    translates: true,
    load: (served) => ({ program: "nft -f -", input: nftablesText(wayoutRules(served)) }),
  },
  {
    name: "wayout-legacy",
    text: "Wayout on an old host, iptables-legacy",
    translates: true,
    iptables: "legacy",
    load: (served) => ({ program: "sh -s", input: iptablesText(wayoutRules(served)) }),
  },
];

/**
 * Subnets in ascending order, none next to another: neighbours could be written as one range, and Wayout would.
 * The client sits in the last one, where a list is walked to its end.
 */
export function servedSubnets(count: number): readonly string[] {
  const first = toNumber("10.0.0.0");
  return Array.from({ length: count }, (_, index) => `${toAddress(first + index * 2 * 256)}/24`);
}

/**
 * `iptables -t nat -A POSTROUTING -o eth0 -s SUBNET -j SNAT --to ADDRESS` for every subnet, and nothing in the filter
 * table, as the manual's page leaves it; loaded in one go, which gives the same rules as a command for each.
 */
function manualRules(served: readonly string[]): string {
  const rules = served.map(
    (cidr) => `-A POSTROUTING -o ${outside} -s ${cidr} -j SNAT --to-source ${proxyAddress}`,
  );
  return ["*nat", ...rules, "COMMIT", ""].join("\n");
}

function wayoutRules(served: readonly string[]): Rules {
  return {
    egressDevice: outside,
    egressAddress: proxyAddress,
    ofPair: false,
    insideDevices: [inside],
    ownAddresses: [proxyAddress],
    served,
    destinations: ["0.0.0.0/0"],
    vpcCidrs: [vpcCidr],
    closed: closedByDefault,
    ownServices: null,
  };
}
