/** OpenTofu with OTC's Terraform provider, in a folder of its own, signed in to a lab. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  /** Gets the provider where it was not given; the reason where it cannot be had. */
  ready(): Promise<string | undefined>;
  /** Puts a file that lies beside this one into the folder. */
  add(name: string): void;
  leaveOut(name: string): void;
  remove(): void;
}

/**
 * The provider is the program that WAYOUT_OTC_PROVIDER names; without it, `tofu init` fetches the provider from
 * OpenTofu's registry, once for this user.
 */
export async function openTofu(lab: string, provider = process.env.WAYOUT_OTC_PROVIDER): Promise<Tofu> {
  const { cloudsFile } = await openLab(lab);
  const folder = mkdtempSync(join(tmpdir(), "wayout-tofu-"));
  const config = join(folder, "tofurc");
  mkdirSync(clients.plugins, { recursive: true });
  writeFileSync(config, provider ? overriding(provider) : `plugin_cache_dir = "${clients.plugins}"\n`);
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
    async ready() {
      if (provider) return undefined;
      const ended = await tofu.run("init");
      return ended.code === 0 ? undefined : ended.stderr;
    },
    add: (name) => copyFileSync(fileHere(name), join(folder, name)),
    leaveOut: (name) => rmSync(join(folder, name)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
  tofu.add("network.tf");
  return tofu;
}

/** With an override there is nothing to fetch, so `init` is not run. */
function overriding(program: string): string {
  return `provider_installation {
  dev_overrides { "opentelekomcloud/opentelekomcloud" = "${dirname(program)}" }
  direct {}
}
`;
}
