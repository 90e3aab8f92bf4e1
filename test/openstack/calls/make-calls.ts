/** The calls that Wayout and the openstack client make of an OpenStack, good and bad ones. They end as they began. */
import type { Exchange } from "./differences.ts";
import type { Endpoint } from "./endpoint.ts";
import { at } from "./field.ts";
import { pairCalls } from "./script/allowed-pairs.ts";
import { badCalls } from "./script/bad.ts";
import type { Call } from "./script/call.ts";
import { computeCalls } from "./script/compute.ts";
import { floatingIpCalls } from "./script/floating-ips.ts";
import { identityCalls } from "./script/identity.ts";
import { ifMatchCalls } from "./script/if-match.ts";
import { portSecurityCalls } from "./script/port-security.ts";
import { readingCalls } from "./script/reading.ts";
import { routeCalls } from "./script/routes.ts";
import { groupCalls } from "./script/security-groups.ts";
import { subnetCalls } from "./script/subnets.ts";
import { tagCalls } from "./script/tags.ts";
import { virtualIpCalls } from "./script/virtual-ip.ts";
import type { Stage } from "./stage.ts";

export async function makeCalls(api: Endpoint, stage: Stage): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  const call: Call = async (name, method, path, wish = {}) => {
    const { status, body } = await api.call(wish.service ?? "network", method, path, wish.body, wish.headers);
    exchanges.push({ name, status, body, picked: (wish.same ?? []).map((each) => at(body, each)) });
    return body;
  };
  await identityCalls(call);
  await computeCalls(call, stage);
  await readingCalls(call, stage, api.projectId);
  await pairCalls(call, stage);
  await portSecurityCalls(call, stage);
  await ifMatchCalls(call, stage);
  await virtualIpCalls(call, stage);
  await groupCalls(call, stage);
  await floatingIpCalls(call, stage);
  await routeCalls(call, stage);
  await subnetCalls(call, stage);
  await tagCalls(call, stage);
  await badCalls(call, stage);
  return exchanges;
}
