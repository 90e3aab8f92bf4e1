import { Command } from "commander";
import { exclusively } from "../../lab/client/lock.ts";
import { placesOf } from "../../lab/client/places.ts";
import { labNames, removeDeadLabs, removeLab } from "../../lab/client/remove.ts";
import { answer, answerJson } from "../output.ts";
import { type LabOptions, withLabOptions } from "./options.ts";

export function downCommand(): Command {
  const command = new Command("down").description("end a lab and remove everything of it");
  return withLabOptions(command.option("--all", "every lab of this machine")).action(down);
}

async function down(options: LabOptions & { all?: boolean }): Promise<void> {
  const wanted = placesOf(options.name);
  const dead = await removeDeadLabs();
  const ended = await exclusively(async () => {
    const names = labNames().filter((name) => options.all || name === wanted.name);
    for (const name of names) await removeLab(placesOf(name));
    return names;
  });
  const removed = [...dead, ...ended];
  if (options.json) answerJson({ removed });
  else if (removed.length === 0) answer(options.all ? "no lab is up" : `lab "${wanted.name}" is not up`);
  else for (const name of removed) answer(`lab "${name}" is down`);
}
