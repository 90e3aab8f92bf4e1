import { look, type Work } from "../engine/observe.ts";
import { nothingChanged, unlessStopped } from "../engine/unless-stopped.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import type { Session } from "./session.ts";

/**
 * The gateway of the spec called `name`, or the only one, as it is in the cloud, with its steps.
 * @throws Problem gateway/which, gateway/unknown
 */
export async function chosenWork(
  { file, world, journal, context }: Session,
  name: string | undefined,
): Promise<Work> {
  const looking = look(file, world.cloud, journal, context.probes);
  const works = await unlessStopped(looking, context.signal, nothingChanged);
  const found = name === undefined ? works : works.filter(({ gateway }) => gateway.name === name);
  if (found[0] && found.length === 1) return found[0];
  const names = works.map(({ gateway }) => gateway.name);
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
