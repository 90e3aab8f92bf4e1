/** Runs many `ip` and `nft` calls as one shell script: a process of Node per change, not per object. */
import { spawn } from "node:child_process";
import { Problem } from "../../report/problem.ts";

export interface Section {
  /** Which namespace; "" is the daemon's own. */
  readonly namespace: string;
  readonly tool: "ip" | "nft" | "sh";
  /** Lines for `ip -batch`, text for `nft -f`, commands for sh. */
  readonly text: string;
  /** Whether the text makes things or removes them; "already so" is no error. */
  readonly goal: "there" | "gone";
  readonly done: () => void;
}

/** What `ip` says when a thing is there or gone already, so that the goal is reached. */
const alreadySo = {
  there: /File exists/,
  gone: /No such process|Cannot find device|No such file or directory|Cannot assign requested address|Invalid .*netns|Cannot open network namespace/,
};

/**
 * Runs every section, also after one has failed, and calls `done` of those that worked.
 * Problem "lab/fabric-command" with the command and what it said.
 */
export async function runScript(sections: readonly Section[]): Promise<void> {
  if (sections.length === 0) return;
  const stderr = await shell(sections.map(sectionText).join(""));
  const failures: string[] = [];
  for (const [index, section] of sections.entries()) {
    const said = between(stderr, `@begin ${index}\n`, `@end ${index} `);
    const code = Number(/^\d+/.exec(between(stderr, `@end ${index} `, "\n"))?.[0] ?? "1");
    const errors = code === 0 ? [] : section.tool === "ip" ? ipErrors(section, said) : [said.trim()];
    if (errors.length === 0) section.done();
    else
      failures.push(
        ...errors.map((error) => `${section.tool} in ${section.namespace || "the lab"}: ${error}`),
      );
  }
  if (failures.length > 0) {
    throw new Problem({
      code: "lab/fabric-command",
      summary: "The kernel refused a change of the lab's network.",
      detail: failures.slice(0, 10).join("\n"),
      hint: "Take the lab down and up again. If it stays, this kernel lacks something the lab needs.",
    });
  }
}

function sectionText({ namespace, tool, text }: Section, index: number): string {
  const enter = namespace === "" ? "" : `nsenter --net=/run/netns/${namespace} `;
  const command = {
    ip: `ip ${namespace === "" ? "" : `-n ${namespace} `}-force -batch -`,
    nft: `${enter}nft -f -`,
    sh: `${enter}sh -s`,
  }[tool];
  const body = text.endsWith("\n") ? text : `${text}\n`;
  return `echo '@begin ${index}' >&2\n${command} <<'@text'\n${body}@text\necho "@end ${index} $?" >&2\n`;
}

/** `ip -force` goes on after a failed line and says which one it was. */
function ipErrors({ text, goal }: Section, said: string): string[] {
  // Not a single line was tried: the namespace is not there, or the shell died.
  if (!said.includes("Command failed")) return alreadySo[goal].test(said) ? [] : [said.trim()];
  const lines = text.split("\n");
  const errors: string[] = [];
  let reason: string[] = [];
  for (const line of said.split("\n")) {
    const failed = /^Command failed .*:(\d+)$/.exec(line);
    if (!failed) {
      if (line !== "") reason.push(line);
      continue;
    }
    const why = reason.join(" ");
    if (!alreadySo[goal].test(why)) errors.push(`${lines[Number(failed[1]) - 1] ?? ""}: ${why}`);
    reason = [];
  }
  return errors;
}

function between(text: string, start: string, end: string): string {
  const from = text.indexOf(start);
  if (from === -1) return "";
  const to = text.indexOf(end, from + start.length);
  return text.slice(from + start.length, to === -1 ? undefined : to);
}

function shell(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn("sh", ["-s"], { stdio: ["pipe", "ignore", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    child.on("error", reject);
    child.on("close", () => resolve(stderr));
    // A shell that dies early closes its input; `close` follows and the missing sections are failures.
    child.stdin.on("error", () => undefined);
    child.stdin.end(script);
  });
}
