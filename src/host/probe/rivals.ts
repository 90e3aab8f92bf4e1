/** Firewalls that are not ours and could drop what the proxy forwards. */
import type { RivalFirewall } from "../host.ts";
import { type IptablesTable, rulesOf } from "./iptables-save.ts";

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
  const rivals: RivalFirewall[] = [];
  for (const { backend, filter, text } of seen.iptables) {
    const evidence = filter && iptablesDrops(filter);
    if (!filter || !evidence) continue;
    rivals.push({
      name: iptablesOwner(filter, seen.services),
      evidence: `${backend}: ${evidence}`,
      dropsForwarded: true,
      backend,
      rules: text,
    });
  }
  const compat = seen.iptables.some((one) => one.backend === "iptables-nft");
  for (const table of seen.nftTables) {
    // What iptables-nft keeps in nftables has been judged above, in its own words.
    if (compat && table.lines.some((line) => /^\s*chain FORWARD \{/.test(line))) continue;
    const evidence = nftDrops(table.lines);
    if (!evidence) continue;
    rivals.push({
      name: table.name === "firewalld" ? "firewalld" : "nftables-policy",
      evidence: `nft table ${table.family} ${table.name}: ${evidence}`,
      dropsForwarded: true,
      backend: "nftables",
      rules: table.lines.join("\n"),
    });
  }
  for (const name of ["firewalld", "ufw", "docker"] as const) {
    const service = seen.services.find((line) => line.endsWith(` ${name}`));
    if (!service || rivals.some((rival) => rival.name === name)) continue;
    rivals.push({
      name,
      evidence: `${name} is ${service.split(" ")[0]}, and drops nothing that is forwarded`,
      dropsForwarded: false,
      backend: "nftables",
      rules: "",
    });
  }
  return rivals;
}

/** Why this filter table drops forwarded packets; undefined when no chain on the way has a drop. */
function iptablesDrops(filter: IptablesTable): string | undefined {
  if (filter.policies.get("FORWARD") === "DROP") return "the policy of FORWARD is DROP";
  const seen = new Set<string>();
  const chains = ["FORWARD"];
  for (let chain = chains.pop(); chain !== undefined; chain = chains.pop()) {
    if (seen.has(chain)) continue;
    seen.add(chain);
    for (const rule of rulesOf(filter, chain)) {
      const target = /-[jg] (\S+)/.exec(rule)?.[1];
      // A drop with conditions concerns somebody's own traffic; ours is judged with the packet at hand (forward-verdict.ts).
      if ((target === "DROP" || target === "REJECT") && /^-j (DROP|REJECT)/.test(rule))
        return `-A ${chain} ${rule}`;
      if (target && filter.policies.has(target)) chains.push(target);
    }
  }
  return undefined;
}

function iptablesOwner(filter: IptablesTable, services: readonly string[]): RivalFirewall["name"] {
  const chains = [...filter.policies.keys()];
  if (chains.some((chain) => chain.startsWith("ufw-")) || services.includes("enabled ufw")) return "ufw";
  if (chains.some((chain) => chain.startsWith("FWD") || chain.startsWith("FORWARD_"))) return "firewalld";
  if (chains.some((chain) => chain.startsWith("DOCKER"))) return "docker";
  return "iptables-policy";
}

/** Why this nft table drops forwarded packets: a base chain's policy, or a bare drop or reject at a chain's end. */
function nftDrops(lines: readonly string[]): string | undefined {
  const policy = lines.find((line) => /hook forward .*policy drop/.test(line));
  if (policy) return policy.trim();
  const bare = lines.find((line) => /^\s*(counter )?(drop|reject( with .*)?)$/.test(line));
  return bare ? `a forward chain ends in "${bare.trim()}"` : undefined;
}
