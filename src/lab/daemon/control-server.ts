/** The lab's control socket: what `wayout lab` commands ask of a lab that is up. Readable by its owner alone. */

import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import fastify from "fastify";
import { z } from "zod";
import { messageOf, Problem } from "../../report/problem.ts";
import type { LoggedCall } from "../api/call-log.ts";
import type { FaultStatus, LabStatus } from "../client/status.ts";
import { logFailure } from "./daemon-log.ts";

/** What can be asked of a lab. */
export interface Controls {
  status(): LabStatus;
  /** What the lab's API was asked, oldest first. */
  calls(): readonly LoggedCall[];
  /** The command that runs what follows it inside the server, to be run inside the lab's own namespaces. */
  entry(server: string): readonly string[];
  reboot(server: string): Promise<void>;
  breakFault(words: readonly string[]): Promise<FaultStatus>;
  /** Without an id, all. */
  mendFault(id: string | undefined): Promise<readonly FaultStatus[]>;
}

const serverSchema = z.object({ server: z.string() });
const breakSchema = z.object({ words: z.array(z.string()).min(1) });
const mendSchema = z.object({ id: z.string().optional() });

export async function serveControls(path: string, controls: Controls): Promise<void> {
  const app = fastify();
  app.setErrorHandler(async (error, _request, reply) => {
    const problem =
      error instanceof Problem
        ? error
        : new Problem({
            code: "lab/daemon-failed",
            summary: "the lab's daemon could not do this",
            detail: messageOf(error),
            hint: `Its log has more: ${join(dirname(path), "daemon.log")}`,
          });
    if (problem !== error) logFailure(error);
    await reply.code(error instanceof Problem ? 409 : 500).send({ problem: problem.toJSON() });
  });
  app.get("/status", async () => controls.status());
  app.get("/calls", async () => controls.calls());
  app.get("/entry", async (request) => ({
    command: controls.entry(serverSchema.parse(request.query).server),
  }));
  app.post("/reboot", async (request) => {
    await controls.reboot(serverSchema.parse(request.body).server);
    return {};
  });
  app.post("/break", async (request) => await controls.breakFault(breakSchema.parse(request.body).words));
  app.post("/mend", async (request) => ({
    mended: await controls.mendFault(mendSchema.parse(request.body).id),
  }));
  await app.listen({ path });
  await chmod(path, 0o600);
}
