/** All that a project has in Neutron, as the API tells it, so that "as before" is an equality. */
import { at } from "./calls/field.ts";
import type { Project } from "./project.ts";

const collections = ["networks", "subnets", "routers", "ports", "floatingips", "security-groups"] as const;

/** The counters that every change moves, also one that is taken back; and what the agents say meanwhile of their work. */
const moving = new Set(["updated_at", "revision_number", "status"]);

export async function projectState(project: Project): Promise<unknown> {
  const lists = await Promise.all(
    collections.map(async (name) => {
      const path = `/v2.0/${name}?project_id=${project.api.projectId}`;
      return [name, ordered(at(await project.must("network", "GET", path), name.replace("-", "_")))] as const;
    }),
  );
  return Object.fromEntries(lists);
}

/** Lists are sets in Neutron: it gives them in any order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !moving.has(key))
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, each]) => [key, ordered(each)]),
  );
}
