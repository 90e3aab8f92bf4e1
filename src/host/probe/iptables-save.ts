/** Reads the output of iptables-save. */
import { ownChainPrefix } from "../own-paths.ts";

export interface IptablesTable {
  readonly name: string;
  /** Policy by built-in chain. */
  readonly policies: ReadonlyMap<string, string>;
  /** "-A CHAIN ..." in order. */
  readonly rules: readonly string[];
}

export function parseIptablesSave(lines: readonly string[]): readonly IptablesTable[] {
  const tables: { name: string; policies: Map<string, string>; rules: string[] }[] = [];
  for (const line of lines) {
    const chain = /^:(\S+) (\S+)/.exec(line);
    if (line.startsWith("*")) tables.push({ name: line.slice(1).trim(), policies: new Map(), rules: [] });
    else if (chain?.[1] && chain[2]) tables.at(-1)?.policies.set(chain[1], chain[2]);
    else if (line.startsWith("-A ")) tables.at(-1)?.rules.push(line.trim());
  }
  return tables;
}

/** The rules of one chain, in order, without "-A CHAIN ". */
export function rulesOf(table: IptablesTable, chain: string): readonly string[] {
  const start = `-A ${chain} `;
  return table.rules.filter((rule) => rule.startsWith(start)).map((rule) => rule.slice(start.length));
}

/** The lines that are ours, without packet counters; comparable between two readings. */
export function ownLines(lines: readonly string[]): readonly string[] {
  return lines
    .filter((line) => line.includes(ownChainPrefix) && !line.startsWith("#"))
    .map((line) => line.replace(/ \[\d+:\d+\]$/, "").trim());
}
