/** Neutron's tags: the only place where a router's route or a subnet's setting can say whose it is. */
import { z } from "zod";
import type { Api } from "../api.ts";
import type { Router } from "./network.ts";

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

/** Neutron's longest tag has 60 characters, and none has a slash: "wayout:egress 0.0.0.0-0". */
export function tagOfRoute(description: string, destination: string): string {
  return `${description} ${destination.replace("/", "-")}`;
}

export function isOwn(description: string): boolean {
  return description.startsWith("wayout:");
}

export function ownerIn(tag: string): string {
  return tag.split(" ")[0] ?? "";
}

/** The tags that say whose the route to a destination is. */
export function tagsOfRoute({ tags }: Router, destination: string): readonly string[] {
  return tags.filter((tag) => isOwn(tag) && tag === tagOfRoute(ownerIn(tag), destination));
}
