/** Files that others put in Wayout's way: in place of its journal, its key and its settings. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { writeNewFile } from "../../src/cli/new-file.ts";
import { systemSources } from "../../src/cloud/config/load-cloud.ts";
import { readableByOthers } from "../../src/cloud/config/readable-by-others.ts";
import { keyAt } from "../../src/engine/journal/seal-key.ts";
import { openSqliteJournal } from "../../src/engine/journal/sqlite-journal.ts";
import { readScenario } from "../../src/lab/scenarios/read.ts";
import { Problem } from "../../src/report/problem.ts";
import { readSmallFile } from "../../src/spec/small-file.ts";

const isRoot = process.geteuid?.() === 0;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-hostile-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const at = (...names: string[]): string => join(folder, ...names);
const modeOf = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

function open(where = at(".wayout")): void {
  openSqliteJournal(where, "/a/wayout.yaml", () => new Date(), keyAt(at("key"))).close();
}

function problemOf(work: () => unknown): Pick<Problem, "code" | "summary" | "hint"> | undefined {
  try {
    work();
  } catch (problem) {
    if (problem instanceof Problem) return problem;
    throw problem;
  }
  return undefined;
}

describe("the journal", () => {
  test("is made for its user alone, whatever the umask", () => {
    const before = process.umask(0);
    try {
      open();
    } finally {
      process.umask(before);
    }
    expect([modeOf(at(".wayout")), modeOf(at(".wayout", "journal.db"))]).toEqual(["700", "600"]);
  });

  test("that others could read is closed to them", () => {
    open();
    chmodSync(at(".wayout", "journal.db"), 0o644);
    open();
    expect(modeOf(at(".wayout", "journal.db"))).toBe("600");
  });

  test.each<[string, () => void, string]>([
    [
      "its folder is a link",
      () => {
        renameSync(at(".wayout"), at("elsewhere"));
        symlinkSync(at("elsewhere"), at(".wayout"));
      },
      "journal/symlink",
    ],
    [
      "its folder is a link to nowhere",
      () => {
        renameSync(at(".wayout"), at("elsewhere"));
        symlinkSync(at("nowhere"), at(".wayout"));
      },
      "journal/symlink",
    ],
    [
      "it is a link",
      () => {
        renameSync(at(".wayout", "journal.db"), at("other.db"));
        symlinkSync(at("other.db"), at(".wayout", "journal.db"));
      },
      "journal/symlink",
    ],
    [
      "it is a link to nowhere",
      () => {
        rmSync(at(".wayout", "journal.db"));
        symlinkSync(at("nowhere"), at(".wayout", "journal.db"));
      },
      "journal/symlink",
    ],
    ...["-wal", "-shm", "-journal"].map((ending): [string, () => void, string] => [
      `its ${ending} is a link`,
      () => {
        rmSync(at(".wayout", `journal.db${ending}`), { force: true });
        writeFileSync(at("victim"), "mine");
        symlinkSync(at("victim"), at(".wayout", `journal.db${ending}`));
      },
      "journal/symlink",
    ]),
    [
      "its folder can be written by the group",
      () => chmodSync(at(".wayout"), 0o770),
      "journal/writable-by-others",
    ],
    [
      "its folder can be written by all",
      () => chmodSync(at(".wayout"), 0o1777),
      "journal/writable-by-others",
    ],
    [
      "it can be written by the group",
      () => chmodSync(at(".wayout", "journal.db"), 0o660),
      "journal/writable-by-others",
    ],
    [
      "it can be written by all",
      () => chmodSync(at(".wayout", "journal.db"), 0o602),
      "journal/writable-by-others",
    ],
    ["anybody may replace its folder", () => chmodSync(folder, 0o777), "journal/writable-by-others"],
    [
      "it is a FIFO",
      () => {
        rmSync(at(".wayout", "journal.db"));
        execFileSync("mkfifo", [at(".wayout", "journal.db")]);
      },
      "journal/not-a-file",
    ],
    [
      "it is a folder",
      () => {
        rmSync(at(".wayout", "journal.db"));
        mkdirSync(at(".wayout", "journal.db"));
      },
      "journal/not-a-file",
    ],
    [
      "its folder is a file",
      () => {
        rmSync(at(".wayout"), { recursive: true });
        writeFileSync(at(".wayout"), "");
      },
      "journal/not-a-file",
    ],
  ])("is not opened where %s, and nothing is touched", (_, attack, code) => {
    open();
    attack();
    const problem = problemOf(() => open());
    expect(problem?.code).toBe(code);
    expect(problem?.summary).toContain(folder);
    if (existsSync(at("victim"))) expect(readFileSync(at("victim"), "utf8")).toBe("mine");
    expect(existsSync(at("nowhere"))).toBe(false);
  });

  test("is opened in a folder like /tmp, where everybody may write and nobody may rename", () => {
    chmodSync(folder, 0o1777);
    expect(problemOf(() => open())).toBeUndefined();
  });

  test.runIf(isRoot).each([".wayout", join(".wayout", "journal.db")])(
    "of another user is not used, not by root either: %s",
    (name) => {
      open();
      chownSync(at(name), 12345, 12345);
      const problem = problemOf(() => open());
      expect(problem).toMatchObject({ code: "journal/not-yours" });
      expect(problem?.summary).toMatch(/uid 12345, mode 0[67]00/);
      expect(problem?.hint).toContain("without sudo");
    },
  );
});

describe("the key of the seals", () => {
  test("is made once, for its user alone", () => {
    const made = keyAt(at("state", "wayout", "journal-key")).make();
    expect(modeOf(at("state", "wayout", "journal-key"))).toBe("600");
    expect(keyAt(at("state", "wayout", "journal-key")).make()).toEqual(made);
    expect(made).toHaveLength(32);
  });

  test.each<[string, () => void]>([
    ["others can read it", () => chmodSync(at("key"), 0o644)],
    [
      "it is a link",
      () => {
        renameSync(at("key"), at("other"));
        symlinkSync(at("other"), at("key"));
      },
    ],
    [
      "it is a FIFO",
      () => {
        rmSync(at("key"));
        execFileSync("mkfifo", [at("key")]);
      },
    ],
    ["it is cut short", () => truncateSync(at("key"), 10)],
    ["it is empty", () => truncateSync(at("key"), 0)],
    ["it is no key", () => writeFileSync(at("key"), `${"x".repeat(64)}\n`)],
  ])("is not used where %s", (_, attack) => {
    keyAt(at("key")).make();
    attack();
    expect(problemOf(() => keyAt(at("key")).make())?.code).toBe("journal/key");
    expect(problemOf(() => keyAt(at("key")).read())?.code).toBe("journal/key");
  });

  test.runIf(isRoot)("is not used where it is another user's", () => {
    keyAt(at("key")).make();
    chownSync(at("key"), 12345, 12345);
    expect(problemOf(() => keyAt(at("key")).make())?.code).toBe("journal/key");
  });
});

/** Each thing that can be in place of a settings file, at the path "thing". */
const things: readonly (readonly [string, () => void | Promise<() => void>, string])[] = [
  ["a FIFO", () => void execFileSync("mkfifo", [at("thing")]), "a FIFO"],
  ["a link to a device that never ends", () => symlinkSync("/dev/zero", at("thing")), "a device"],
  [
    "a link to a FIFO",
    () => {
      execFileSync("mkfifo", [at("fifo")]);
      symlinkSync(at("fifo"), at("thing"));
    },
    "a FIFO",
  ],
  ["a folder", () => mkdirSync(at("thing")), "a folder"],
  [
    "a socket",
    async () => {
      const server = createServer().listen(at("thing"));
      await new Promise((done) => server.once("listening", done));
      return () => server.close();
    },
    "a socket",
  ],
  [
    "a file of a terabyte",
    () => {
      writeFileSync(at("thing"), "");
      truncateSync(at("thing"), 2 ** 40);
    },
    "larger than",
  ],
];

describe.each(things)("%s in place of settings is refused at once", (_, make, why) => {
  let end: (() => void) | undefined;
  beforeEach(async () => {
    end = (await make()) ?? undefined;
  });
  afterEach(() => end?.());

  test("by the one reader of settings", () => {
    expect(readSmallFile(at("thing"), 1000)).toMatchObject({ why: expect.stringContaining(why) });
  });

  test("as clouds.yaml, secure.yaml or a certificate", () => {
    expect(() => systemSources().readFile(at("thing"))).toThrow(
      expect.objectContaining({ code: "cloud/config", summary: `${at("thing")} cannot be read` }),
    );
  });

  test("as a scenario", async () => {
    await expect(readScenario(at("thing"))).rejects.toMatchObject({
      code: expect.stringMatching(/^lab\/(no-scenario|too-large)$/),
    });
  });

  test("as wayout.yaml, by the command", () => {
    const { status, stderr } = wayout(["plan", "-f", at("thing")]);
    expect(status).toBe(1);
    expect(stderr).toContain(why);
    expect(stderr).toMatch(/code: spec\/(no-file|too-large)/);
  });

  test("and is not written over", () => {
    if (why === "larger than") return;
    expect(() => writeNewFile(at("thing"), "text", true)).toThrow(
      expect.objectContaining({ code: "file/not-written", summary: expect.stringContaining(why) }),
    );
  });
});

describe("settings", () => {
  test("may be a link to a regular file, as those who keep such files elsewhere have it", () => {
    writeFileSync(at("there"), "text");
    symlinkSync(at("there"), at("link"));
    expect(readSmallFile(at("link"), 1000)).toEqual({ text: "text" });
  });

  test("have a size that is kept to also where the file system says none", () => {
    expect(readSmallFile("/proc/self/smaps", 100)).toMatchObject({ is: "too-large" });
  });

  test("of a clouds.yaml that is a FIFO end the command at once", () => {
    execFileSync("mkfifo", [at("clouds.yaml")]);
    const { status, stderr } = wayout(["clouds"], { OS_CLIENT_CONFIG_FILE: at("clouds.yaml") });
    expect(status).toBe(1);
    expect(stderr).toContain("a FIFO, not a regular file");
  });

  test("with passwords that every user can read are told", () => {
    const secure = { path: at("secure.yaml"), keys: ["password"] };
    writeFileSync(secure.path, "");
    chmodSync(secure.path, 0o644);
    expect(readableByOthers({ secure })).toEqual([expect.stringContaining("chmod 600")]);
    chmodSync(secure.path, 0o600);
    expect(readableByOthers({ secure })).toEqual([]);
    expect(readableByOthers({})).toEqual([]);
  });
});

function wayout(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const main = join(import.meta.dirname, "../../src/cli/main.ts");
  return spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    timeout: 20_000,
    cwd: folder,
    env: { ...process.env, ...env },
  });
}
