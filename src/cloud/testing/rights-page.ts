/** The table of rights on a cloud's page in docs. */
import { readFileSync } from "node:fs";
import type { Right } from "../rights.ts";

export function rightsOnPage(page: string): readonly Right[] {
  const text = readFileSync(new URL(`../../../docs/${page}.md`, import.meta.url), "utf8");
  const rows = text.matchAll(/^\| `((?:GET|POST|PUT|DELETE) [^`]+)` \| `([^`]+)` \| (.*) \|$/gm);
  return [...rows].map(([, call = "", action = "", what = ""]) => ({ call, action, for: what }));
}
