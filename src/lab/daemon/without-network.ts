import { Problem } from "../../report/problem.ts";
import type { Network } from "./network.ts";

export function withoutNetwork(): Problem {
  return new Problem({
    code: "lab/no-fabric",
    summary: "this lab has an API only, no servers that run and no packets",
    hint: "It was brought up with --fabric none; bring it up without.",
  });
}

/** @throws Problem lab/no-fabric */
export function present(network: Network | undefined): Network {
  if (!network) throw withoutNetwork();
  return network;
}
