/** Calls of OTC's own Python SDK. */
import { strict as assert } from "node:assert";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { openLab } from "../../src/lab/client/labs.ts";
import { run } from "../lab/wayout-command.ts";
import { clients } from "./places.ts";

const program = fileURLToPath(new URL("otcextensions-calls.py", import.meta.url));

/** Service, method, arguments by name; "$0.id" is the field `id` of what the first call gave. */
export type Call = readonly [service: string, method: string, args?: Readonly<Record<string, unknown>>];

/** Makes the calls one after the other in one process; gives what each gave. */
export async function otcextensions(lab: string, ...calls: readonly Call[]): Promise<readonly unknown[]> {
  const { cloudsFile } = await openLab(lab);
  const env = [`OS_CLIENT_CONFIG_FILE=${cloudsFile}`, "OS_CLOUD=lab"];
  const wanted = JSON.stringify(calls.map(([service, method, args = {}]) => [service, method, args]));
  const { code, stdout, stderr } = await run("env", ...env, clients.python, program, wanted);
  assert.equal(code, 0, stderr);
  return z.array(z.unknown()).length(calls.length).parse(JSON.parse(stdout));
}
