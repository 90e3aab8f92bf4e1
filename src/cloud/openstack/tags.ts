/** Neutron's tags: the only place where a router's route or a subnet's setting can say whose it is. */
import { anything } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Router } from "./network.ts";

/** By itself: the other tags stay, whoever sets them at the same time. What is gone has no tag to lose. */
export async function setTag(
  api: Api,
  kind: "routers" | "subnets",
  id: string,
  tag: string,
  present: boolean,
): Promise<void> {
  const path = `/v2.0/${kind}/{id}/tags/{tag}`;
  const request = { service: "network", path, ids: { id, tag } } as const;
  if (present) await api.put(request, {}, anything);
  else await api.delete(request);
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

/** Whose the route to a destination is, as a tag says; "" where none does. The tags are walked once for all routes. */
export function ownersOfRoutes({ tags }: Router): (destination: string) => string {
  const owners = new Map<string, string>();
  for (const tag of tags.filter(isOwn)) {
    const owner = ownerIn(tag);
    const destination = tag.slice(owner.length + 1);
    if (!owners.has(destination)) owners.set(destination, owner);
  }
  return (destination) => owners.get(tagOfRoute("", destination).slice(1)) ?? "";
}

/** The tags that say whose the route to a destination is. */
export function tagsOfRoute({ tags }: Router, destination: string): readonly string[] {
  return tags.filter((tag) => isOwn(tag) && tag === tagOfRoute(ownerIn(tag), destination));
}
