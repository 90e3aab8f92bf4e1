/** The pair's scripts: they are files of their own beside this one, and go to the hosts as they are. */
import { readFileSync } from "node:fs";

export const pairScripts = {
  role: text("role.sh"),
  score: text("score.sh"),
  watch: text("watch.sh"),
  agent: text("agent.sh"),
  openGroups: text("open-groups.pl"),
} as const;

function text(name: string): string {
  return readFileSync(new URL(`scripts/${name}`, import.meta.url), "utf8");
}
