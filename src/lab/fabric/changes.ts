/** What stands in the kernel and what is wanted -> the commands in between, in an order that never opens a hole. */
import { difference, type Item } from "./items.ts";
import { forgetFlows } from "./nat.ts";
import { type NftTable, transaction } from "./nft-table.ts";
import type { Section } from "./script.ts";
import { kernelSettings } from "./settings.ts";
import type { WantedNamespace } from "./wanted.ts";

/** What has been made so far, part by part: a part that failed stays as it was and is tried again. */
export type Standing = Map<string, StandingNamespace>;

interface StandingNamespace {
  readonly making: string;
  items: readonly Item[];
  guard: NftTable | undefined;
  table: NftTable | undefined;
}

/**
 * Sections in order: devices that are made anew are taken away; namespaces deleted and added; filters; devices, routes;
 * marks and NAT; then what is not wanted any more. Each section enters its success into `standing`.
 */
export function changes(standing: Standing, wanted: ReadonlyMap<string, WantedNamespace>): Section[] {
  const gone = [...standing.keys()].filter((name) => !wanted.has(name));
  const remade = [...wanted].flatMap(([name, { making }]) =>
    standing.has(name) && standing.get(name)?.making !== making ? [name] : [],
  );
  const fresh = [...wanted].filter(([name]) => !standing.has(name) || remade.includes(name));
  const have = (name: string): StandingNamespace | undefined =>
    remade.includes(name) ? undefined : standing.get(name);
  const differences = new Map(
    [...wanted].map(([name, want]) => [name, difference(have(name)?.items ?? [], want.items)]),
  );
  return [
    ...[...differences].flatMap(([name, { before }]) => ip(name, "gone", before)),
    ...ip("", "gone", remade.map(deleteNamespace), () => {
      for (const name of remade) standing.delete(name);
    }),
    ...ip(
      "",
      "there",
      fresh.map(([name]) => addNamespace(name)),
      () => {
        for (const [name, { making }] of fresh)
          standing.set(name, { making, items: [], guard: undefined, table: undefined });
      },
    ),
    ...fresh.flatMap(([name, { role }]) => sh(name, role === "server" ? [] : kernelSettings(role))),
    ...[...wanted].flatMap(([name, { guard }]) =>
      nft(name, have(name)?.guard, guard, () => {
        const stands = standing.get(name);
        if (stands) stands.guard = guard;
      }),
    ),
    ...[...wanted].flatMap(([name, { items }]) =>
      ip(name, "there", differences.get(name)?.add ?? [], () => {
        const stands = standing.get(name);
        if (stands) stands.items = [...stands.items.filter(notIn(items)), ...items];
      }),
    ),
    ...[...wanted].flatMap(([name, { table }]) => {
      const before = have(name)?.table;
      return [
        ...nft(name, before, table, () => {
          const stands = standing.get(name);
          if (stands) stands.table = table;
        }),
        ...sh(name, forgetFlows(before, table)),
      ];
    }),
    ...[...wanted].flatMap(([name, { items }]) =>
      ip(name, "gone", differences.get(name)?.after ?? [], () => {
        const stands = standing.get(name);
        const stale = notIn(items);
        if (stands) stands.items = stands.items.filter((item) => !stale(item));
      }),
    ),
    ...ip("", "gone", gone.map(deleteNamespace), () => {
      for (const name of gone) standing.delete(name);
    }),
  ];
}

function deleteNamespace(name: string): string {
  return `netns delete ${name}`;
}

function addNamespace(name: string): string {
  return `netns add ${name}`;
}

function notIn(items: readonly Item[]): (item: Item) => boolean {
  const keys = new Set(items.map((item) => item.key));
  return (item) => !keys.has(item.key);
}

const nothingToNote = () => undefined;

function ip(
  namespace: string,
  goal: Section["goal"],
  lines: readonly string[],
  done: () => void = nothingToNote,
): Section[] {
  return lines.length === 0 ? [] : [{ namespace, tool: "ip", text: lines.join("\n"), goal, done }];
}

function nft(
  namespace: string,
  have: NftTable | undefined,
  want: NftTable | undefined,
  done: () => void,
): Section[] {
  const text = want === undefined ? "" : transaction(have, want);
  return text === "" ? [] : [{ namespace, tool: "nft", text, goal: "there", done }];
}

function sh(namespace: string, lines: readonly string[]): Section[] {
  if (lines.length === 0) return [];
  return [{ namespace, tool: "sh", text: lines.join("\n"), goal: "there", done: nothingToNote }];
}
