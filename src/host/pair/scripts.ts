/** The pair's scripts: they are files of their own beside this one, and go to the hosts as they are. */
import { readFileSync } from "node:fs";

const judge = text("judge.pl");

export const pairScripts = {
  role: text("role.sh"),
  score: text("score.sh"),
  watch: text("watch.sh"),
  agent: text("agent.sh"),
  takeOver: `${judge}\n${text("take-over.pl")}`,
} as const;

/** Run by who asks a host how it stands, and not kept there. */
export const sampleScript = `${judge}\n${text("sample.pl")}`;

function text(name: string): string {
  return readFileSync(new URL(`scripts/${name}`, import.meta.url), "utf8");
}
