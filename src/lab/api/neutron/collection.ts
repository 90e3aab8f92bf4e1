import type { Answer } from "../answer.ts";
import type { ApiContext, Call } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { linkedPage } from "../pagination.ts";

/** Query keys that are not about the object's fields. */
const reserved = new Set(["limit", "marker", "page_reverse", "fields", "sort_key", "sort_dir"]);

interface WithId {
  readonly id: string;
}

/**
 * A list as Neutron gives it: filtered by any field, sorted by id, page by page with links. Without filters only the
 * page's own objects are described, so that reading ten thousand page by page stays cheap.
 */
export function collection<S extends WithId, D extends WithId>(
  call: Call,
  api: ApiContext,
  key: string,
  sources: Iterable<S>,
  describe: (source: S) => D,
): Answer {
  const filters = filtersOf(call.query);
  const url = `${api.url}${call.path}`;
  if (filters.size === 0) {
    const { items, links } = linkedPage(sources, call.query, url);
    return listAnswer(key, items.map(describe), links, call.query);
  }
  const described = fitting([...sources].map(describe), call.query);
  const { items, links } = linkedPage(described, call.query, url);
  return listAnswer(key, items, links, call.query);
}

function listAnswer(
  key: string,
  items: readonly WithId[],
  links: readonly unknown[],
  query: URLSearchParams,
): Answer {
  const fields = query.getAll("fields").flatMap((field) => field.split(","));
  const shown =
    fields.length === 0
      ? items
      : items.map((item) =>
          Object.fromEntries(Object.entries(item).filter(([name]) => fields.includes(name))),
        );
  const name = key.replaceAll("-", "_");
  return { status: 200, body: { [name]: shown, ...(links.length > 0 ? { [`${name}_links`]: links } : {}) } };
}

/** Those that the filters in a list's query leave. */
export function fitting<D extends object>(described: readonly D[], query: URLSearchParams): D[] {
  const filters = filtersOf(query);
  return described.filter((each) => matches(each, filters));
}

/** Values of one field are alternatives, different fields all have to fit. */
function filtersOf(query: URLSearchParams): ReadonlyMap<string, readonly string[]> {
  const names = new Set([...query.keys()].filter((name) => !reserved.has(name)));
  return new Map([...names].map((name) => [name, query.getAll(name)]));
}

function matches(item: object, filters: ReadonlyMap<string, readonly string[]>): boolean {
  const fields = new Map<string, unknown>(Object.entries(item));
  for (const [name, values] of filters) {
    // Neutron says so since its extension filter-validation; a filter that is silently left out misleads.
    if (!fields.has(name)) {
      throw new Failed(
        "unreadable",
        `Invalid input for operation: ['${name}'] is invalid attribute for filtering.`,
      );
    }
    const field = fields.get(name);
    if (
      !(name === "fixed_ips"
        ? values.every((value) => hasAddress(field, value))
        : values.some((v) => fits(field, v)))
    ) {
      return false;
    }
  }
  return true;
}

/** `fixed_ips=ip_address=1.2.3.4`, `fixed_ips=subnet_id=...`: each given one has to fit. */
function hasAddress(field: unknown, wanted: string): boolean {
  const [name = "", value = ""] = wanted.split("=", 2);
  return Array.isArray(field) && field.some((entry) => new Map(Object.entries(entry)).get(name) === value);
}

function fits(field: unknown, wanted: string): boolean {
  if (Array.isArray(field)) return field.some((entry) => String(entry) === wanted);
  if (typeof field === "boolean")
    return (field ? ["true", "1"] : ["false", "0"]).includes(wanted.toLowerCase());
  return String(field ?? "") === wanted;
}
