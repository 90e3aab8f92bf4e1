import { look } from "../engine/observe.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { Session } from "./session.ts";

/**
 * The gateway of the spec called `name`, or the only one, as it is in the cloud.
 * @throws Problem gateway/which, gateway/unknown
 */
export async function chosenGateway(
  { file, world, journal, context }: Session,
  name: string | undefined,
): Promise<Gateway> {
  const gateways = (await look(file, world.cloud, journal, context.probes)).map(({ gateway }) => gateway);
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
