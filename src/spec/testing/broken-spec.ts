/** A wayout.yaml that is right, for tests to break, and what is said of a broken one. */
import { Problem } from "../../report/problem.ts";
import { parseSpec } from "../spec.ts";

export const good = `cloud: lab
gateways:
  - name: egress
    vpc: vpc-demo
    proxies: [ecs-proxy]
    subnets: [subnet-app]
`;

export function failure(text: string): Problem {
  try {
    parseSpec(text, "wayout.yaml");
  } catch (problem) {
    if (problem instanceof Problem) return problem;
    throw problem;
  }
  throw new Error("the spec was accepted");
}
