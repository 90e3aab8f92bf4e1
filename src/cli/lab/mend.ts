import { Command } from "commander";
import { mendFault } from "../../lab/client/actions.ts";
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
  if ((words.length === 0) === (options.all !== true)) {
    throw new Problem({
      code: "lab/mend-what",
      summary: "name one fault, or give --all",
      hint: "`wayout lab status` lists what is broken.",
    });
  }
  await removeDeadLabs();
  const mended = await mendFault(options.name, options.all ? undefined : words.join(" "));
  if (options.json) answerJson({ mended });
  else if (mended.length === 0) answer("nothing is broken");
  else for (const { effect } of mended) answer(`mended: ${effect}`);
}
