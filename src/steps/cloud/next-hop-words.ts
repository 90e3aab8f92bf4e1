import type { CloudReader, Route } from "../../cloud/cloud.ts";
import { CloudProblem, isCloudProblem } from "../../cloud/errors.ts";

/** Where a route leads, as a plan says it: a managed NAT gateway by its name, where the account may see it. */
export async function nextHopWords(
  { type, nextHop }: Pick<Route, "type" | "nextHop">,
  vpcId: string,
  cloud: CloudReader,
): Promise<string> {
  if (type !== "nat") return `${type} ${nextHop}`;
  const gateways = await cloud.natGateways(vpcId).catch((error: unknown) => {
    // The name is for the reader alone: a plan does not fail for it.
    if (error instanceof CloudProblem && !isCloudProblem(error, "cloud/stopped")) return [];
    throw error;
  });
  const found = gateways.find((one) => one.id === nextHop);
  return found === undefined || found.name === ""
    ? `NAT gateway ${nextHop}`
    : `NAT gateway ${found.name} (${nextHop})`;
}
