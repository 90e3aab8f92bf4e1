/** Speaks to a lab's daemon over its socket. */
import { request } from "node:http";
import { z } from "zod";
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import type { LabPlaces } from "./places.ts";

/** A Problem as the daemon sends it. */
export const problemSchema = z.object({
  code: z.string(),
  summary: z.string(),
  detail: z.string().exactOptional(),
  hint: z.string().exactOptional(),
  retry: z.boolean().exactOptional(),
});

/**
 * One request to the daemon; the answer checked against `schema`. A Problem of the daemon is thrown here as it is.
 * @throws Problem lab/no-answer where the daemon does not answer.
 */
export async function ask<T>(
  places: LabPlaces,
  method: "GET" | "POST",
  path: string,
  schema: z.ZodType<T>,
  body?: unknown,
): Promise<T> {
  const { status, text } = await exchange(places, method, path, body);
  const answer: unknown = JSON.parse(text);
  if (status === 200) return schema.parse(answer);
  throw new Problem(z.object({ problem: problemSchema }).parse(answer).problem);
}

function exchange(
  places: LabPlaces,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      reject(
        new Problem({
          code: "lab/no-answer",
          summary: `lab "${places.name}" does not answer`,
          detail: `${method} ${path} on ${places.socket}: ${cause.message}`,
          hint: `Its log is ${places.log}. \`${command("wayout lab down", { options: [["--name", places.name]] })}\` ends it.`,
          retry: true,
          cause,
        }),
      );
    };
    const sent = request({ socketPath: places.socket, method, path, timeout: 60_000 }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", fail);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString("utf8") }),
      );
    });
    sent.on("error", fail);
    sent.on("timeout", () => sent.destroy(new Error("no answer within 60 s")));
    if (body !== undefined) {
      sent.setHeader("content-type", "application/json");
      sent.write(JSON.stringify(body));
    }
    sent.end();
  });
}
