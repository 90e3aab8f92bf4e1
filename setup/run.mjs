// Runs the programs that set things up. Plain JavaScript without dependencies, since it runs first.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

/** Quiet while it works; where it fails, what it printed is shown and the set-up ends. */
export function run(command, args, cwd = root) {
  const failure = attempt(command, args, cwd);
  if (failure === undefined) return;
  say(failure);
  process.exit(1);
}

/** What it printed, where it failed. */
export function attempt(command, args, cwd = root) {
  const done = spawnSync(command, args, {
    cwd,
    env: environment,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status === 0) return undefined;
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}`
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("npm warn"))
    .slice(0, 30)
    .join("\n");
  return `${said}\nsetup: failed: ${command} ${args.join(" ")}`;
}

export function say(text) {
  process.stderr.write(`${text}\n`);
}
