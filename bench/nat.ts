/** NATed connections per second and throughput: no NAT, the manual's rules, Wayout's. */
import { join } from "node:path";
import type { Bench, Measured } from "./bench.ts";
import { median, ratio } from "./measure.ts";
import { type NatMeasured, natMeasuredSchema } from "./nat/measured.ts";
import { insideNamespaces } from "./nat/namespaces.ts";

const program = join(import.meta.dirname, "nat", "inside.ts");

export const nat: Bench = {
  name: "nat",
  title: "NATed connections per second and throughput, at 1, 1,000 and 10,000 served subnets",
  packages: ["ethtool"],
  measure: async () => summed(natMeasuredSchema.parse(JSON.parse(await insideNamespaces(program)))),
};

function summed(measured: NatMeasured): Measured {
  const none = measured.find(({ way }) => way === "none");
  if (!none) throw new Error("plain routing was not measured");
  const manual = (subnets: number) =>
    measured.find((one) => one.way === "manual-legacy" && one.subnets === subnets);
  return {
    about: [
      "A client, a proxy and a server in network namespaces on two cables (veth). A connection is a TCP handshake and a reset.",
      "Client and server have a core each; what the kernel does for the proxy runs on the client's core, so the figures are those of one core.",
      "The client sits in the last of the served subnets. No two of them are neighbours, or Wayout would write them as one range.",
      "A percentage is the median of the rounds' ratios. Throughput is one TCP stream in packets of 1500 bytes.",
      "The manual's CentOS 6.5 has iptables-legacy; Debian 12's iptables is iptables-nft. An iptables rule has one source, so on an old host Wayout, too, has a rule for each subnet.",
    ],
    columns: ["subnets", "rules", "connections/s", "of no NAT", "of the manual", "Gbit/s", "of no NAT"],
    rows: measured
      .toSorted((a, b) => a.subnets - b.subnets)
      .map((one) => {
        const base = manual(one.subnets);
        return [
          one === none ? "-" : one.subnets.toLocaleString("en"),
          one.text,
          Math.round(median(one.connectionsPerSecond)).toLocaleString("en"),
          percent(ratio(one.connectionsPerSecond, none.connectionsPerSecond)),
          one === none || !base ? "-" : percent(ratio(one.connectionsPerSecond, base.connectionsPerSecond)),
          ((median(one.bytesPerSecond) * 8) / 1e9).toFixed(2),
          percent(ratio(one.bytesPerSecond, none.bytesPerSecond)),
        ];
      }),
    figures: measured,
  };
}

function percent(share: number): string {
  return `${Math.round(100 * share).toLocaleString("en")} %`;
}
