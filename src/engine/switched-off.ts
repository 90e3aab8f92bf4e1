/** Why a host cannot be reached, where the cloud knows it. */
import type { CloudReader, Server } from "../cloud/cloud.ts";
import { Problem } from "../report/problem.ts";

/** The same problem, of a server that is switched off with that as its reason. Pure. */
export function withPower(problem: Problem, servers: readonly Pick<Server, "name" | "status">[]): Problem {
  const name = problem.at?.object;
  const named = servers.filter((server) => server.name === name);
  const off = named.length > 0 && named.every(({ status }) => status === "SHUTOFF");
  if (problem.code !== "host/unreachable" || !off) return problem;
  return problem.saying({
    summary: `${problem.summary}: the cloud says that it is switched off (SHUTOFF)`,
    hint: `Start ${name}, and run it again.`,
  });
}

/** The same, asking the cloud; where that fails, the problem says no more than before. */
export async function askedForPower(problem: Problem, cloud: Pick<CloudReader, "servers">): Promise<Problem> {
  if (problem.code !== "host/unreachable") return problem;
  try {
    return withPower(problem, await cloud.servers());
  } catch (cause) {
    if (cause instanceof Problem) return problem;
    throw cause;
  }
}
