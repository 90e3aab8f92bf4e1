/** A lab in which something breaks in the middle of a run; for the tests of faults. */
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { z } from "zod";
import { gatewayFile } from "./gateway-file.ts";
import { must, run, wayout } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

const program = fileURLToPath(new URL("crash/faulty-run.ts", import.meta.url));

const told = z.object({
  broken: z.literal(true),
  outcome: z.string(),
  problems: z.array(
    z.object({
      code: z.string(),
      summary: z.string().min(1),
      hint: z.string().min(1),
      at: z.object({ step: z.string(), object: z.string() }),
    }),
  ),
});

/** The lab `name`, up while the file's tests run, mended after each, and what the tests ask of it. */
export function faultyLab(name: string) {
  const file = gatewayFile();
  const where = ["--file", file.path, "--lab", name];
  let start: { cloud: unknown; host: string };
  const proxyState = () => hostState(name, "ecs-proxy");
  const state = async () => ({ cloud: await cloudState(name), host: await proxyState() });

  beforeAll(async () => {
    await must("lab", "up", "--name", name);
    start = await state();
  });
  afterEach(async () => {
    await wayout("lab", "mend", "--all", "--name", name);
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", name);
    file.remove();
  });

  return {
    where,
    break: (fault: string) => must("lab", "break", "--name", name, ...fault.split(" ")),
    mend: () => must("lab", "mend", "--all", "--name", name),
    /** Runs the operation as the command does, and breaks something at the point (as crash/points.ts names it). */
    async faulty(operation: "apply" | "undo", point: string, fault: string) {
      const node = [process.execPath, "--disable-warning=ExperimentalWarning", program] as const;
      const ended = await run(...node, name, file.path, operation, point, ...fault.split(" "));
      const { outcome, problems } = told.parse(JSON.parse(ended.stdout));
      return { outcome, code: problems[0]?.code ?? "none" };
    },
    async expectStart() {
      const end = await state();
      expect(end.cloud).toEqual(start.cloud);
      expect(end.host).toBe(start.host);
    },
    cloud: () => cloudState(name),
    proxy: proxyState,
    /** Deletes every default route, as somebody else would, and says which there were. */
    async deleteDefaultRoutes() {
      const cloud = await labCloud(name);
      const found = (await cloud.routeTables()).flatMap(({ id, routes }) =>
        routes.filter(({ destination }) => destination === "0.0.0.0/0").map((route) => ({ id, route })),
      );
      for (const { id, route } of found) await cloud.deleteRoute(id, route);
      return found.map(({ route }) => route);
    },
  };
}
