/** Neutron's tags: the only place where a router's route or a subnet's setting can say whose it is. */
import { z } from "zod";
import type { Api } from "../api.ts";

const schema = z.object({ tags: z.array(z.string()) });

/** The other tags stay. What is gone has no tag to lose. */
export async function setTag(
  api: Api,
  kind: "routers" | "subnets",
  id: string,
  tag: string,
  present: boolean,
): Promise<void> {
  const path = { service: "network", path: `/v2.0/${kind}/{id}/tags`, ids: { id } } as const;
  const now = await api.find(path, schema);
  if (now === undefined || now.tags.includes(tag) === present) return;
  const tags = present ? [...now.tags, tag] : now.tags.filter((one) => one !== tag);
  await api.put(path, { tags }, schema);
}
