/** Gives the terminal to another program and ends as it ended. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Problem } from "../../report/problem.ts";

/** Runs the program with this one's stdin, stdout and stderr. The exit code is the shell's: 128 + signal. */
export function runInTerminal(command: readonly string[]): Promise<number> {
  const [program = "", ...args] = command;
  // Ctrl-C in a terminal goes to both: the program decides what it means.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  process.on("SIGQUIT", ignore);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    child.once("error", (cause) =>
      reject(
        new Problem({
          code: "lab/no-program",
          summary: `cannot run ${program}`,
          detail: cause.message,
          cause,
        }),
      ),
    );
    child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  }).finally(() => {
    process.off("SIGINT", ignore);
    process.off("SIGQUIT", ignore);
  });
}

/** The words of a command after `--`. commander leaves the dashes in where an argument comes before them. */
export function wordsAfterDashes(words: readonly string[]): readonly string[] {
  const option = words[0];
  if (option !== undefined && option !== "--" && option.startsWith("-")) {
    throw new Problem({
      code: "lab/option-after-server",
      summary: `${option} stands after the server, where the command begins`,
      hint: "Options come before the server: wayout lab exec --name LAB SERVER -- COMMAND",
    });
  }
  return words[0] === "--" ? words.slice(1) : words;
}
