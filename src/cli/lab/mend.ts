import { Command } from "commander";
import { mendFault } from "../../lab/client/actions.ts";
import { labStatus } from "../../lab/client/labs.ts";
import { removeDeadLabs } from "../../lab/client/remove.ts";
import { Problem } from "../../report/problem.ts";
import { answer, answerJson } from "../output.ts";
import { type LabOptions, withLabOptions } from "./options.ts";

export function mendCommand(): Command {
  const command = new Command("mend")
    .description("mend what `break` broke")
    .argument("[fault...]", "as `wayout lab status` lists it: mtu 1400; or a name: mtu")
    .allowUnknownOption()
    .option("--all", "everything that is broken");
  return withLabOptions(command).action(mend);
}

async function mend(words: readonly string[], options: LabOptions & { all?: boolean }): Promise<void> {
  await removeDeadLabs();
  const mended = await mendFault(options.name, await chosenFault(words, options));
  if (options.json) answerJson({ mended });
  else if (mended.length === 0) answer(words.length > 0 ? "it has ended by itself" : "nothing is broken");
  else for (const { effect } of mended) answer(`mended: ${effect}`);
}

/** The fault to mend; undefined for all that is broken. A fault that is the only one needs no name. */
async function chosenFault(
  words: readonly string[],
  { name, all }: LabOptions & { all?: boolean },
): Promise<string | undefined> {
  if (words.length > 0 && !all) return words.join(" ");
  if (words.length === 0 && all) return undefined;
  const { faults } = await labStatus(name);
  if (words.length === 0 && faults.length < 2) return undefined;
  throw new Problem({
    code: "lab/mend-what",
    summary: "name one fault, or give --all",
    detail: faults.map(({ id, effect }) => `${id}: ${effect}`).join("\n"),
  });
}
