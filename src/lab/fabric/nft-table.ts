/** One nft table as plain data, and the transaction that turns one into another without touching the rest. */

export interface NftTable {
  readonly family: "bridge" | "ip";
  readonly name: string;
  readonly sets: ReadonlyMap<string, NftSet>;
  readonly chains: ReadonlyMap<string, NftChain>;
}

export interface NftSet {
  readonly kind: "set" | "map";
  /** What stands between the braces, without elements. Never changes for a name. */
  readonly declaration: string;
  /** Key -> whole element ("key" or "key : value"). Sets that rules fill have none here. */
  readonly elements: ReadonlyMap<string, string>;
  /** Ranges are always written anew as a whole: the kernel refuses some overlapping changes element by element. */
  readonly ranges?: boolean;
}

export interface NftChain {
  /** "type filter hook prerouting priority 0; policy drop;" for base chains. Never changes for a name. */
  readonly hook?: string;
  readonly rules: readonly string[];
}

/** What `nft -f -` needs to make `want` from `have`; "" when they are equal. Sets that rules fill keep their content. */
export function transaction(have: NftTable | undefined, want: NftTable): string {
  const name = `${want.family} ${want.name}`;
  const changed = [...want.chains].filter(
    ([chain, { rules }]) => !sameLines(have?.chains.get(chain)?.rules, rules),
  );
  const newSets = [...want.sets].filter(([set]) => !have?.sets.has(set));
  const goneChains = [...(have?.chains.keys() ?? [])].filter((chain) => !want.chains.has(chain));
  const goneSets = [...(have?.sets ?? [])].filter(([set]) => !want.sets.has(set));

  const lines: string[] = [];
  for (const [chain] of changed) if (have?.chains.has(chain)) lines.push(`flush chain ${name} ${chain}`);
  if (changed.length > 0 || newSets.length > 0 || have === undefined) {
    lines.push(`table ${name} {`);
    for (const [set, { kind, declaration }] of newSets) lines.push(`${kind} ${set} { ${declaration} }`);
    for (const [chain, { hook, rules }] of changed)
      lines.push(`chain ${chain} {`, ...(hook === undefined ? [] : [hook]), ...rules, "}");
    lines.push("}");
  }
  for (const [set, to] of want.sets) lines.push(...elementChanges(name, set, have?.sets.get(set), to));
  for (const chain of goneChains) lines.push(`flush chain ${name} ${chain}`);
  for (const chain of goneChains) lines.push(`delete chain ${name} ${chain}`);
  for (const [set, { kind }] of goneSets) lines.push(`delete ${kind} ${name} ${set}`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function elementChanges(table: string, set: string, have: NftSet | undefined, want: NftSet): string[] {
  const before = have?.elements ?? new Map<string, string>();
  const gone = [...before].filter(([key, element]) => want.elements.get(key) !== element);
  const added = [...want.elements].filter(([key, element]) => before.get(key) !== element);
  if (gone.length === 0 && added.length === 0) return [];
  if (want.ranges) {
    const all = [...want.elements.values()];
    return [
      ...(before.size === 0 ? [] : [`flush set ${table} ${set}`]),
      ...(all.length === 0 ? [] : [`add element ${table} ${set} { ${all.join(", ")} }`]),
    ];
  }
  return [
    ...(gone.length === 0 ? [] : [`delete element ${table} ${set} { ${values(gone)} }`]),
    ...(added.length === 0 ? [] : [`add element ${table} ${set} { ${values(added)} }`]),
  ];
}

function values(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([, element]) => element).join(", ");
}

function sameLines(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a !== undefined && a.length === b.length && a.every((line, index) => line === b[index]);
}
