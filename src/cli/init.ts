import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { loadCloud, systemSources } from "../cloud/config/load-cloud.ts";
import { otherFilesOf } from "../engine/gateway-files.ts";
import { offersOf } from "../engine/init/offers.ts";
import { mustBePossible } from "../engine/init/possible.ts";
import { type Choice, freeName, savedEips, specText } from "../engine/init/spec-text.ts";
import { openSqliteJournal } from "../engine/journal/sqlite-journal.ts";
import { readInventory } from "../engine/resolve/inventory.ts";
import { command } from "../report/command.ts";
import { count } from "../report/human.ts";
import { linesOf, oneLine } from "../report/visible.ts";
import { parseSpec } from "../spec/spec.ts";
import { chosen, type Wishes } from "./init-choice.ts";
import { mustBeNew, writeNewFile } from "./new-file.ts";
import { labOption, sameFile, withDebug } from "./options.ts";
import { answerJson, answerText, note } from "./output.ts";
import { placeOf } from "./place.ts";
import { stopOnSignals } from "./stop-signals.ts";

interface InitOptions extends Wishes {
  readonly file: string;
  readonly lab: string;
  readonly cloud?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** As the names of the cloud come in. */
const collect = (value: string, before: readonly string[]): readonly string[] => [...before, oneLine(value)];

export function initCommand(): Command {
  return withDebug(new Command("init"))
    .description("writes wayout.yaml from what the cloud has: VPC, proxy, subnets whose servers have no EIP")
    .option("-f, --file <path>", "what to write", "wayout.yaml")
    .option("--cloud <name>", "entry of clouds.yaml, or lab; without it OS_CLOUD or the only entry")
    .addOption(labOption("which lab, where the cloud is lab"))
    .option("--vpc <name>", "the VPC, without being asked", oneLine)
    .option("--proxy <name>", "the proxy, without being asked; twice for a pair", collect, [])
    .option("--subnet <name>", "a subnet to serve, without being asked; can be given again", collect, [])
    .option("-y, --yes", "take what fits best, without being asked")
    .option("--force", "write over a file that is there")
    .option("--json", "answer in JSON")
    .action(init);
}

async function init(options: InitOptions): Promise<void> {
  if (!options.force) mustBeNew(options.file);
  const name = options.cloud ?? loadCloud(undefined, systemSources()).name;
  const over = new AbortController();
  const place = { ...options, tell: note, signal: over.signal };
  const { cloud, journalFolder } = await placeOf(name, place, (sources) => loadCloud(name, sources));
  note(`reading ${cloud.traits.name} ...`);
  // Where one list failed, nobody waits for the others.
  const inventory = await readInventory(cloud).finally(() => over.abort());
  const offers = offersOf(inventory, cloud.traits);
  const stop = stopOnSignals(note);
  try {
    const choice = await chosen(offers, options, stop.signal);
    if (!choice) {
      process.exitCode = 1;
      return note("nothing was written");
    }
    const gateway = freeName(namesOfOthers(journalFolder, options.file));
    const text = specText(name, gateway, choice);
    mustBePossible(parseSpec(text, options.file), inventory, cloud.traits);
    writeNewFile(options.file, text, options.force ?? false);
    tell(choice, options);
  } finally {
    stop.end();
  }
}

/** Names of the gateways that stand and are of other files. Reads a journal where there is one, and makes none. */
function namesOfOthers(folder: string, file: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const journal = openSqliteJournal(folder, resolve(file), () => new Date());
  try {
    return [...otherFilesOf(journal.standing(), journal).keys()];
  } finally {
    journal.close();
  }
}

function tell(choice: Choice, options: InitOptions): void {
  const { file, json } = options;
  const proxies = choice.proxies.map(({ name }) => name);
  const subnets = choice.subnets.map(({ name }) => name);
  const saves = savedEips(choice);
  const [first] = choice.proxies;
  if (json) answerJson({ file, vpc: choice.offer.name, proxies, subnets, savesEips: saves });
  else
    answerText(
      linesOf([
        `${file}: ${subnets.join(", ")} of ${choice.offer.name} through ${proxies.join(" and ")}`,
        `saves ${count(saves, "EIP")}: ${saves === 1 ? "one server goes" : `${saves} servers go`} out by ${first?.publicIp.address}`,
        `next: ${command("wayout plan", { options: sameFile(options) })}`,
      ]),
    );
}
