import type { CloudReader } from "../../cloud/cloud.ts";

interface ToNextHop {
  readonly type: "ecs" | "eni" | "vip";
  readonly nextHop: string;
  readonly nextHopName: string;
}

/** The cloud takes the routes to a server away with it, without a word (terraform-provider-opentelekomcloud issue 2652). */
export async function nextHopGone(
  { type, nextHop, nextHopName }: ToNextHop,
  cloud: CloudReader,
): Promise<string | undefined> {
  if (type === "vip" || (await (type === "eni" ? cloud.nic(nextHop) : cloud.server(nextHop))))
    return undefined;
  return `server ${nextHopName} is gone from the cloud, and the routes to it with it`;
}
