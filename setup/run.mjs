// Runs the programs that set things up. Plain JavaScript without dependencies, since it runs first.
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };

/** Quiet while it works; where it fails, what it printed is shown and the set-up ends. */
export function run(command, args, cwd = root) {
  const done = spawnSync(command, args, {
    cwd,
    env: environment,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status === 0) return;
  const said = `${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}`
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("npm warn"))
    .slice(0, 30)
    .join("\n");
  say(`${said}\nsetup: failed: ${command} ${args.join(" ")}`);
  process.exit(1);
}

/** What another program printed is shown, not obeyed (src/report/visible.ts is not there yet). */
export function say(text) {
  const shown = text.replace(
    /(?![\n\t])[\p{C}\p{Zl}\p{Zp}]/gu,
    (one) => `\\u{${one.codePointAt(0).toString(16)}}`,
  );
  process.stderr.write(`${shown}\n`);
}
