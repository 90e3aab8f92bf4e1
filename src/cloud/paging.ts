/** Lists, page by page. Each way ends for certain: a page that brings nothing new is the last one. */
import type { z } from "zod";
import type { Api, ApiRequest } from "./api.ts";
import { boundsOf } from "./list-bounds.ts";

interface Identified {
  readonly id: string;
}

/** What OTC's v1 and Neutron's lists all take. */
export const pageSize = 1000;

/** OTC v1: `limit` and `marker`, no link to the next page; a page that is not full is the last (VPC API, "Pagination"). */
export async function listByMarker<Page, Item extends Identified>(
  api: Api,
  request: ApiRequest,
  schema: z.ZodType<Page>,
  itemsOf: (page: Page) => readonly Item[],
): Promise<readonly Item[]> {
  const bounds = boundsOf(api, request);
  const found = new Map<string, Item>();
  for (let marker: string | undefined; ; ) {
    const query = { ...request.query, limit: pageSize, marker };
    const items = itemsOf(await api.get(bounds.next({ ...request, query }), schema));
    const last = items.at(-1);
    bounds.has(found.size + items.length);
    if (!add(found, items) || last === undefined || items.length < pageSize) return [...found.values()];
    marker = last.id;
  }
}

interface Link {
  readonly rel: string;
  readonly href: string;
}

/**
 * Neutron: a link to the next page, of which only the parameters are taken: behind a proxy its host may be a wrong
 * one, and a token goes to the endpoint alone. A full page without links is followed by its last id.
 */
export async function listByLink<Page, Item extends Identified>(
  api: Api,
  request: ApiRequest,
  schema: z.ZodType<Page>,
  partsOf: (page: Page) => { readonly items: readonly Item[]; readonly links: readonly Link[] },
): Promise<readonly Item[]> {
  const bounds = boundsOf(api, request);
  const found = new Map<string, Item>();
  for (let query: ApiRequest["query"] = { ...request.query, limit: pageSize }; ; ) {
    const { items, links } = partsOf(await api.get(bounds.next({ ...request, query }), schema));
    bounds.has(found.size + items.length);
    const next = links.find((link) => link.rel === "next");
    const last = items.at(-1);
    if (!add(found, items) || last === undefined) return [...found.values()];
    if (next !== undefined && URL.canParse(next.href, "http://localhost")) {
      query = {
        ...request.query,
        ...Object.fromEntries(new URL(next.href, "http://localhost").searchParams),
      };
    } else if (items.length >= pageSize) {
      query = { ...request.query, limit: pageSize, marker: last.id };
    } else {
      return [...found.values()];
    }
  }
}

/** False where nothing of the page is new: a server that ignores the marker must not be asked for ever. */
function add<Item extends Identified>(found: Map<string, Item>, items: readonly Item[]): boolean {
  const before = found.size;
  for (const item of items) found.set(item.id, item);
  return found.size > before;
}
