import { type Command, Option } from "commander";
import { labOfCloudsFile } from "../lab/client/places.ts";
import type { CommandOption } from "../report/command.ts";

/** What all commands on gateways have. */
export interface GatewayOptions {
  readonly file: string;
  readonly lab: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function withGatewayOptions(command: Command): Command {
  return withDebug(command)
    .option("-f, --file <path>", "what you ask for", "wayout.yaml")
    .addOption(labOption("which lab, where the spec's cloud is lab"))
    .option("--json", "answer in JSON");
}

/** Who has told the openstack client of a lab, by its clouds.yaml, means that one. */
export function labOption(description: string): Option {
  const told = labOfCloudsFile(process.env.OS_CLIENT_CONFIG_FILE ?? "");
  return new Option("--lab <name>", description).default(told ?? "lab");
}

/** The options that lead another command to the same file and lab; none where the defaults do. */
export function sameFile({ file, lab }: Pick<GatewayOptions, "file" | "lab">): readonly CommandOption[] {
  const named: readonly CommandOption[] = file === "wayout.yaml" ? [] : [["-f", file]];
  return lab === "lab" ? named : [...named, ["--lab", lab]];
}

/** What all commands that call a cloud have. */
export function withDebug(command: Command): Command {
  return command.option("--debug", "tell each call to the cloud's API on stderr, without secrets");
}
