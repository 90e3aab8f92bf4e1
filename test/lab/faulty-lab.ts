/** A lab in which something breaks in the middle of a run; for the tests of faults. */
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { faulty } from "./crash/faulty.ts";
import type { Operation } from "./crash/killed-run.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, wayout } from "./wayout-command.ts";
import { cloudState, hostState, labCloud } from "./world-state.ts";

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

  const mend = () => must("lab", "mend", "--all", "--name", name);
  const expectStart = async () => {
    const end = await state();
    expect(end.cloud).toEqual(start.cloud);
    expect(end.host).toBe(start.host);
  };

  return {
    where,
    break: (fault: string) => must("lab", "break", "--name", name, ...fault.split(" ")),
    mend,
    /** Runs the operation as the command does, and breaks something at the point (as crash/points.ts names it). */
    async faulty(operation: Operation, point: string, fault: string) {
      const { outcome, problems } = await faulty(name, file.path, operation, point, fault);
      return { outcome, code: problems[0]?.code ?? "none" };
    },
    expectStart,
    /** Mended, the next apply does what is left, and undo brings back the start. */
    async expectNextApplyConverges() {
      await mend();
      await must("apply", "--yes", ...where);
      expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
      await must("undo", ...where);
      await expectStart();
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
