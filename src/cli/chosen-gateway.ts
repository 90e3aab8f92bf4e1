import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import type { Gateway } from "../steps/gateway.ts";

/**
 * The gateway called `name`, or the only one.
 * @throws Problem gateway/which, gateway/unknown
 */
export function chosenGateway(gateways: readonly Gateway[], name: string | undefined): Gateway {
  const found = name === undefined ? gateways : gateways.filter((gateway) => gateway.name === name);
  if (found[0] && found.length === 1) return found[0];
  const names = gateways.map((gateway) => gateway.name);
  throw new Problem(
    name === undefined
      ? {
          code: "gateway/which",
          summary: `the spec has ${names.length} gateways: ${names.join(", ")}`,
          hint: "Name one.",
        }
      : { code: "gateway/unknown", summary: `no gateway ${name}; ${suggestion(name, names, "gateway")}` },
  );
}
