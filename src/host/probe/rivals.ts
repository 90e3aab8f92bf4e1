/** Firewalls that are not ours and see what the proxy forwards; whether they drop it is judged in ../verdict. */
import type { RivalFirewall } from "../host.ts";
import type { IptablesTable } from "./iptables-save.ts";

export interface Seen {
  /** "active firewalld", "enabled ufw" ... */
  readonly services: readonly string[];
  readonly iptables: readonly {
    readonly backend: "iptables-nft" | "iptables-legacy";
    readonly filter: IptablesTable | undefined;
    readonly text: string;
  }[];
  /** Tables with a forward base chain, as `nft list table` prints them. */
  readonly nftTables: readonly {
    readonly family: string;
    readonly name: string;
    readonly lines: readonly string[];
  }[];
}

export function findRivals(seen: Seen): readonly RivalFirewall[] {
  const iptables = seen.iptables.flatMap(({ backend, filter, text }): RivalFirewall[] =>
    filter ? [{ name: iptablesOwner(filter, seen.services), backend, rules: text }] : [],
  );
  const compat = seen.iptables.some((one) => one.backend === "iptables-nft");
  const nftables = seen.nftTables
    // What is routed by IPv4 meets no table of another family.
    .filter(({ family }) => family === "ip" || family === "inet")
    // What iptables-nft keeps in nftables is judged in its own words.
    .filter(({ lines }) => !(compat && lines.some((line) => /^\s*chain FORWARD \{/.test(line))))
    .map(
      ({ family, name, lines }): RivalFirewall => ({
        name: name === "firewalld" ? "firewalld" : "nftables",
        backend: "nftables",
        table: `${family} ${name}`,
        rules: lines.join("\n"),
      }),
    );
  return [...iptables, ...nftables];
}

function iptablesOwner(filter: IptablesTable, services: readonly string[]): RivalFirewall["name"] {
  const chains = [...filter.policies.keys()];
  if (chains.some((chain) => chain.startsWith("ufw-")) || services.includes("enabled ufw")) return "ufw";
  if (chains.some((chain) => chain.startsWith("FWD") || chain.startsWith("FORWARD_"))) return "firewalld";
  if (chains.some((chain) => chain.startsWith("DOCKER"))) return "docker";
  return "iptables";
}
