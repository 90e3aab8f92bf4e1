/** The `openstack` command, run as its users run it, against a lab. */

import { strict as assert } from "node:assert";
import { openLab } from "../../src/lab/client/labs.ts";
import { type Ended, run } from "./wayout-command.ts";

export interface OpenstackCommand {
  /** Runs the command to its end, however it ends. */
  run(...words: readonly string[]): Promise<Ended>;
  /** Runs the command, expects success, and returns what it printed. */
  must(...words: readonly string[]): Promise<string>;
  /** What the command printed with `-f json`. */
  json(...words: readonly string[]): Promise<unknown>;
}

/** Debian's client unless another one's path is given. */
export async function openstackCommand(lab: string, program = "/usr/bin/openstack") {
  const { cloudsFile } = await openLab(lab);
  const client: OpenstackCommand = {
    run: (...words) => run("env", `OS_CLIENT_CONFIG_FILE=${cloudsFile}`, "OS_CLOUD=lab", program, ...words),
    async must(...words) {
      const ended = await client.run(...words);
      assert.equal(ended.code, 0, `openstack ${words.join(" ")}\n${ended.stdout}${ended.stderr}`);
      return ended.stdout;
    },
    json: async (...words) => JSON.parse(await client.must(...words, "-f", "json")),
  };
  return client;
}
