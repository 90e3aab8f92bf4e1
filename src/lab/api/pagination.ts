import { Failed } from "./errors/family.ts";

/** The largest page of OTC's network APIs, and the default one. */
const largest = 2000;

interface WithId {
  readonly id: string;
}

/** VPC v1: `limit` and `marker`, no links; a page shorter than the limit is the last one. */
export function pageOfV1<T extends WithId>(items: Iterable<T>, query: URLSearchParams): T[] {
  const limit = readLimit(query, largest);
  const marker = query.get("marker");
  const sorted = byId(items);
  const start = marker === null ? 0 : firstAfter(sorted, marker);
  return sorted.slice(start, start + limit);
}

export interface LinkedPage<T> {
  readonly items: T[];
  readonly links: readonly { readonly rel: "next" | "previous"; readonly href: string }[];
}

/**
 * Neutron v2.0: sorted by id, an unknown marker is a 400, and a full page links to the next one even where that
 * turns out to be empty (neutron `api/api_common.py`, `get_pagination_links`).
 */
export function linkedPage<T extends WithId>(
  items: Iterable<T>,
  query: URLSearchParams,
  url: string,
): LinkedPage<T> {
  const limit = readLimit(query, largest, true);
  const marker = query.get("marker");
  const reverse = query.get("page_reverse")?.toLowerCase() === "true";
  const sorted = byId(items);
  if (reverse) sorted.reverse();
  const at = marker === null ? -1 : sorted.findIndex((item) => item.id === marker);
  if (marker !== null && at < 0) {
    throw new Failed("unreadable", `Invalid input for operation: '${marker}' is not a valid marker.`);
  }
  const page = sorted.slice(at + 1, at + 1 + limit);
  if (reverse) page.reverse();
  return { items: page, links: linksOf(page, query, url, limit, reverse) };
}

function linksOf(
  page: readonly WithId[],
  query: URLSearchParams,
  url: string,
  limit: number,
  reverse: boolean,
): LinkedPage<WithId>["links"] {
  const first = page[0];
  const last = page.at(-1);
  if (!first || !last) return [];
  const link = (rel: "next" | "previous", marker: string) => {
    const target = new URLSearchParams(query);
    target.set("limit", String(limit));
    target.set("marker", marker);
    if (rel === "previous") target.set("page_reverse", "True");
    else target.delete("page_reverse");
    return { rel, href: `${url}?${target}` };
  };
  const full = page.length === limit;
  const more = { next: reverse ? true : full, previous: reverse ? full : query.has("marker") };
  return [
    ...(more.next ? [link("next", last.id)] : []),
    ...(more.previous ? [link("previous", first.id)] : []),
  ];
}

/** Nova: `limit` and `marker`, newest first, a link only where more follows. */
export function novaPage<T extends WithId>(
  items: readonly T[],
  query: URLSearchParams,
  url: string,
): LinkedPage<T> {
  const limit = readLimit(query, 1000);
  const marker = query.get("marker");
  const at = marker === null ? -1 : items.findIndex((item) => item.id === marker);
  if (marker !== null && at < 0) throw new Failed("unreadable", `marker [${marker}] not found`);
  const page = items.slice(at + 1, at + 1 + limit);
  const last = page.at(-1);
  if (!last || at + 1 + limit >= items.length) return { items: page, links: [] };
  const target = new URLSearchParams(query);
  target.set("limit", String(limit));
  target.set("marker", last.id);
  return { items: page, links: [{ rel: "next", href: `${url}?${target}` }] };
}

/** ECS v1: `offset` is the number of the page, from 1 on; 0 is 1 as well. */
export function numberedPage<T>(items: readonly T[], query: URLSearchParams): T[] {
  const limit = readWhole(query, "limit") ?? 25;
  const page = Math.max(1, readWhole(query, "offset") ?? 1);
  if (limit < 1 || limit > 1000) throw new Failed("unreadable", `limit is invalid: ${limit}`);
  return items.slice((page - 1) * limit, page * limit);
}

function readLimit(query: URLSearchParams, most: number, capped = false): number {
  const limit = readWhole(query, "limit") ?? most;
  if (limit > most && !capped) throw new Failed("unreadable", `limit is invalid: ${limit}`);
  return limit === 0 ? most : Math.min(limit, most);
}

function readWhole(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Failed("unreadable", `${name} is invalid: ${text}`);
  return Number(text);
}

function byId<T extends WithId>(items: Iterable<T>): T[] {
  return [...items].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function firstAfter(sorted: readonly WithId[], marker: string): number {
  const at = sorted.findIndex((item) => item.id > marker);
  return at < 0 ? sorted.length : at;
}
