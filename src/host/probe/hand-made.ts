/**
 * What the manual's procedure leaves on a host: `iptables -t nat -A POSTROUTING -o eth0 -s <cidr> -j SNAT --to <ip>`
 * in the kernel, in rc.local and in saved rules (OTC ECS guide, "Enabling Internet Connectivity for an ECS Without an EIP").
 */
import { parseRange } from "../../spec/addresses.ts";
import { parseManualRule } from "../hand-made-rule.ts";
import type { HandMadeRule } from "../host.ts";
import { type IptablesTable, rulesOf } from "./iptables-save.ts";

/** A rule of the manual's form: source, device and target, nothing else. Undefined for any other rule. */
export function manualSource(rule: string): string | undefined {
  const parsed = parseManualRule(rule);
  if (!parsed) return undefined;
  const { source = "0.0.0.0/0" } = parsed;
  return parseRange(source.includes("/") ? source : `${source}/32`)?.cidr;
}

export function handMadeRules(
  nat: IptablesTable | undefined,
  backend: HandMadeRule["backend"],
): readonly HandMadeRule[] {
  if (!nat) return [];
  return rulesOf(nat, "POSTROUTING").flatMap((rule, at) => {
    const source = manualSource(rule);
    return source ? [{ rule: `-A POSTROUTING ${rule}`, position: at + 1, backend, source }] : [];
  });
}

/** The source of a line in rc.local or a saved-rules file that sets such a rule; undefined for other lines. */
export function lineSource(line: string): string | undefined {
  const text = line.trim();
  if (text.startsWith("#") || !text.includes("POSTROUTING") || !/\b(SNAT|MASQUERADE)\b/.test(text))
    return undefined;
  if (text.startsWith("-A POSTROUTING ")) return manualSource(text);
  if (!/^(?:\S*\/)?iptables(?:-legacy|-nft)? /.test(text)) return undefined;
  if (!/(?:-t|--table) nat\b/.test(text) || !/(?:-A|-I|--append|--insert) POSTROUTING\b/.test(text))
    return undefined;
  if (text.includes("!")) return undefined;
  const source = /(?:-s|--source) (\S+)/.exec(text)?.[1] ?? "0.0.0.0/0";
  return parseRange(source.includes("/") ? source : `${source}/32`)?.cidr;
}
