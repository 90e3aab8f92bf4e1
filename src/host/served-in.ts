import { ownChainPrefix } from "./own-paths.ts";

/** The subnets that a text of our rules lets out, in the words of either compiler; none in any other text. */
export function servedIn(rules: string): readonly string[] {
  const set = /set served \{[^}]*elements = \{ ([^}]*) \}/.exec(rules)?.[1];
  if (set !== undefined) return set.split(", ");
  const line = new RegExp(`^-A ${ownChainPrefix}SNAT -s (\\S+)`, "gm");
  return [...new Set([...rules.matchAll(line)].flatMap(([, source]) => source ?? []))];
}
