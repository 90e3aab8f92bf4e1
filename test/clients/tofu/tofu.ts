/** OpenTofu with one Terraform provider, in a folder of its own, signed in to a lab. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { openLab } from "../../../src/lab/client/labs.ts";
import { labKeyName } from "../../../src/lab/daemon/load-scenario.ts";
import { type Ended, run } from "../../lab/wayout-command.ts";
import { clients } from "../places.ts";

export interface Provider {
  /** As required_providers of the files names it. */
  readonly source: string;
  /** The program. */
  readonly path: string;
  /** The folder beside this file that has the files for it. */
  readonly files: string;
}

export interface Tofu {
  run(...words: readonly string[]): Promise<Ended>;
  /** Runs it, and expects that it does not fail. @returns its answer. */
  succeed(...words: readonly string[]): Promise<string>;
  /** Expects that all is as the files say. */
  hasNothingToDo(): Promise<void>;
  /** Puts one of the provider's files into the folder. */
  add(name: string): void;
  leaveOut(name: string): void;
  remove(): void;
}

export async function openTofu(lab: string, provider: Provider): Promise<Tofu> {
  const { cloudsFile } = await openLab(lab);
  const folder = mkdtempSync(join(tmpdir(), "wayout-tofu-"));
  const config = join(folder, "tofurc");
  writeFileSync(config, overriding(provider));
  const env = [
    `OS_CLIENT_CONFIG_FILE=${cloudsFile}`,
    "OS_CLOUD=lab",
    `TF_CLI_CONFIG_FILE=${config}`,
    `TF_VAR_key_name=${labKeyName}`,
    "TF_IN_AUTOMATION=1",
    "TF_INPUT=0",
    "CHECKPOINT_DISABLE=1",
  ];
  const tofu: Tofu = {
    run: (...words) => run("env", ...env, clients.tofu, `-chdir=${folder}`, ...words, "-no-color"),
    async succeed(...words) {
      const ended = await tofu.run(...words);
      expect(ended.code, `tofu ${words.join(" ")}\n${ended.stdout}${ended.stderr}`).toBe(0);
      return ended.stdout;
    },
    async hasNothingToDo() {
      // It ends with 2 where there is something.
      await tofu.succeed("plan", "-detailed-exitcode");
    },
    add: (name) => copyFileSync(fileHere(provider, name), join(folder, name)),
    leaveOut: (name) => rmSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  return tofu;
}

function fileHere(provider: Provider, name: string): string {
  return fileURLToPath(new URL(`${provider.files}/${name}`, import.meta.url));
}

/** With an override there is nothing to fetch, so `init` is not run. */
function overriding({ source, path }: Provider): string {
  return `provider_installation {
  dev_overrides { "${source}" = "${dirname(path)}" }
  direct {}
}
`;
}
