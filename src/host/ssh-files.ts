/** The files of a set of connections, in a folder that only this user can enter: ssh's configuration, and what each ssh says of itself. */
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../report/problem.ts";
import { sshConfigText } from "./ssh-config.ts";

export interface SshFiles {
  /** For ssh -F. */
  config(): string;
  /** For ssh -E. */
  newLog(): string;
  /** What ssh wrote there; the file is gone afterwards. */
  takeLog(path: string): string;
  remove(): void;
}

/** ssh says a few lines before it ends. */
const longestLog = 64 * 1024;

export function sshFiles(options: {
  readonly controlDir: string;
  readonly connectSeconds: number;
  readonly configFile?: string;
}): SshFiles {
  let made: string | undefined;
  const folder = (): string => {
    made ??= make(options);
    return made;
  };
  return {
    config: () => join(folder(), "config"),
    newLog: () => join(folder(), `log-${randomBytes(8).toString("hex")}`),
    takeLog(path) {
      try {
        return readFileSync(path, "utf8").slice(0, longestLog);
      } catch {
        // ssh ended before it opened it.
        return "";
      } finally {
        rmSync(path, { force: true });
      }
    },
    remove() {
      if (made !== undefined) rmSync(made, { recursive: true, force: true });
      made = undefined;
    },
  };
}

/** Some milliseconds. Nothing where there is no ssh, which the first connection says. */
function sshVersion(): string {
  return spawnSync("ssh", ["-V"], { encoding: "utf8", timeout: 5000 }).stderr ?? "";
}

/** ssh gives the path to the ssh of a jump host through a shell, without quotes. */
const plainPath = /^[\w./+-]+$/;

function make({ controlDir, connectSeconds, configFile }: Parameters<typeof sshFiles>[0]): string {
  if (configFile !== undefined && !existsSync(configFile)) {
    throw new Problem({
      code: "host/ssh-config",
      summary: `there is no ssh configuration ${configFile}`,
      hint: "Check the path of the file.",
    });
  }
  const folder = mkdtempSync(join(plainPath.test(controlDir) ? controlDir : "/tmp", "ssh-"));
  writeFileSync(join(folder, "config"), sshConfigText(connectSeconds, sshVersion(), configFile), {
    mode: 0o600,
  });
  return folder;
}
