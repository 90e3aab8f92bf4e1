/** `wayout lab`: the local cloud. */
import { Command } from "commander";
import { commandLine } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import { breakCommand } from "./break.ts";
import { downCommand } from "./down.ts";
import { execCommand } from "./exec.ts";
import { mendCommand } from "./mend.ts";
import { rebootCommand } from "./reboot.ts";
import { sshCommand } from "./ssh.ts";
import { statusCommand } from "./status.ts";
import { upCommand } from "./up.ts";

export function labCommand(): Command {
  const command = new Command("lab")
    .description("a small real cloud on this machine")
    .enablePositionalOptions();
  for (const make of [
    upCommand,
    downCommand,
    statusCommand,
    execCommand,
    sshCommand,
    rebootCommand,
    breakCommand,
    mendCommand,
  ]) {
    command.addCommand(make());
  }
  return command.hook("preAction", requireRoot);
}

/** Namespaces, mounts and the files of a lab are root's. */
function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new Problem({
    code: "lab/not-root",
    summary: "a lab makes network namespaces and boots machines, which needs root",
    hint: `Run it as root: ${commandLine(["sudo", "wayout", ...process.argv.slice(2)])}`,
  });
}
