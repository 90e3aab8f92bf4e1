/** OpenTofu with OTC's Terraform provider, in a folder of its own, signed in to a lab. */
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { openLab } from "../../src/lab/client/labs.ts";
import { labKeyName } from "../../src/lab/daemon/load-scenario.ts";
import { type Ended, run } from "../lab/wayout-command.ts";
import { clients } from "./places.ts";

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Tofu {
  run(...words: readonly string[]): Promise<Ended>;
  /** Puts a file that lies beside this one into the folder. */
  add(name: string): void;
  leaveOut(name: string): void;
  remove(): void;
}

/** The provider is the program that WAYOUT_OTC_PROVIDER names, or the one that the set-up has built. */
const named = process.env.WAYOUT_OTC_PROVIDER;
const provider = named ?? clients.provider;

/** Why the provider cannot be run, where nobody has named one. */
export function providerMissing(): string | undefined {
  if (existsSync(provider)) return undefined;
  if (named) throw new Error(`WAYOUT_OTC_PROVIDER names ${named}, which is not there`);
  return `${provider} is not there; the set-up above says why`;
}

export async function openTofu(lab: string): Promise<Tofu> {
  const { cloudsFile } = await openLab(lab);
  const folder = mkdtempSync(join(tmpdir(), "wayout-tofu-"));
  const config = join(folder, "tofurc");
  writeFileSync(config, overriding);
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
    add: (name) => copyFileSync(fileHere(name), join(folder, name)),
    leaveOut: (name) => rmSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  tofu.add("network.tf");
  return tofu;
}

/** With an override there is nothing to fetch, so `init` is not run. */
const overriding = `provider_installation {
  dev_overrides { "opentelekomcloud/opentelekomcloud" = "${dirname(provider)}" }
  direct {}
}
`;
