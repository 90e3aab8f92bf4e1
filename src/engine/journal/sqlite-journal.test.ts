import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../../report/problem.ts";
import type { Journal, NewEntry } from "./journal.ts";
import { openSqliteJournal } from "./sqlite-journal.ts";

const now = () => new Date("2026-01-02T03:04:05Z");
const entry = (stepId: string): NewEntry => ({
  gateway: "egress",
  stepId,
  kind: "cloud/default-route",
  object: "rtb",
  title: "Send subnet-app's default route to ecs-proxy",
  want: { tableId: "t" },
  before: { is: "absent" },
});
const apply = { operation: "apply", cloud: "lab", gateways: ["egress"] } as const;
let folder: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-journal-"));
  journal = openSqliteJournal(folder, "/a/wayout.yaml", now);
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (problem) {
    if (problem instanceof Problem) return problem.code;
    throw problem;
  }
  return "none";
}

describe("the journal", () => {
  it("knows the file of a run, also after both were moved together", () => {
    const before = openSqliteJournal(join(folder, "a", ".wayout"), join(folder, "a", "one.yaml"), now);
    before.begin(apply).finish("done");
    before.close();
    renameSync(join(folder, "a"), join(folder, "b"));
    const after = openSqliteJournal(join(folder, "b", ".wayout"), join(folder, "b", "two.yaml"), now);
    after.begin(apply).finish("done");
    const files = after.runs().map(({ file }) => file);
    after.close();
    expect(files).toEqual([join(folder, "b", "one.yaml"), join(folder, "b", "two.yaml")]);
  });

  it("keeps what was begun, even where the program ends before it is done", () => {
    journal.begin(apply).started(entry("a"));
    journal.close();
    journal = openSqliteJournal(folder, "/a/wayout.yaml", now);
    expect(journal.standing()).toMatchObject([
      {
        run: "0001",
        stepId: "a",
        state: "started",
        before: { is: "absent" },
        after: null,
        want: { tableId: "t" },
      },
    ]);
  });

  it("keeps the state after a change, and forgets what was taken back", () => {
    const run = journal.begin(apply);
    const [first, second] = [run.started(entry("a")), run.started(entry("b"))];
    run.done(first, { is: "ours", have: 7 });
    run.done(second, { is: "ours", have: 8 });
    run.undoing([first]);
    expect(journal.standing().map(({ stepId, state }) => [stepId, state])).toEqual([
      ["a", "undoing"],
      ["b", "done"],
    ]);
    run.undone([first]);
    expect(journal.standing()).toMatchObject([{ stepId: "b", after: { is: "ours", have: 8 } }]);
    expect(journal.entriesOf(run.id)).toHaveLength(2);
  });

  it("knows which run took a change back, also where an earlier one had begun to", () => {
    const run = journal.begin(apply);
    const [first, second] = [run.started(entry("a")), run.started(entry("b"))];
    run.finish("done");
    const cut = journal.begin({ ...apply, operation: "undo" });
    cut.undone([second]);
    cut.undoing([first]);
    cut.finish("failed");
    const again = journal.begin({ ...apply, operation: "undo" });
    const takenBack = () => [cut, again].map(({ id }) => journal.takenBackBy(id).map(({ stepId }) => stepId));
    expect(takenBack()).toEqual([["b"], []]);
    again.undoing([first]);
    again.undone([first]);
    expect(takenBack()).toEqual([["b"], ["a"]]);
  });

  it("lets one run at a time work on a gateway, and names it", () => {
    const run = journal.begin(apply);
    const other = openSqliteJournal(folder, "/a/wayout.yaml", now);
    expect(codeOf(() => other.begin(apply))).toBe("run/locked");
    expect(codeOf(() => other.begin({ ...apply, gateways: ["second", "egress"] }))).toBe("run/locked");
    other.begin({ ...apply, gateways: ["second"] }).finish("done");
    run.finish("done");
    expect(other.begin(apply).id).toBe("0003");
    other.close();
  });

  it("takes over the lock of a process that is gone, and says that its run died", () => {
    journal.begin(apply);
    const database = new DatabaseSync(join(folder, "journal.db"));
    const gone = { pid: 2 ** 22 - 1, startTicks: "1", bootId: "another boot", host: "", user: "root" };
    const row = database.prepare("SELECT owner FROM locks").get();
    const owner: unknown = JSON.parse(String(row?.owner));
    database
      .prepare("UPDATE locks SET owner = ?")
      .run(JSON.stringify({ ...Object(owner), ...gone, host: Object(owner).host }));
    database.close();
    expect(journal.runs().map(({ outcome }) => outcome)).toEqual(["died"]);
    journal.begin(apply);
    expect(journal.runs().map(({ id, outcome }) => [id, outcome])).toEqual([
      ["0001", "died"],
      ["0002", "running"],
    ]);
  });

  it("is readable by its owner alone", () => {
    expect(statSync(join(folder, "journal.db")).mode & 0o077).toBe(0);
  });

  it("refuses a file that is not a journal, and one of a newer version, without touching it", () => {
    const other = mkdtempSync(join(tmpdir(), "wayout-journal-"));
    writeFileSync(
      join(other, "journal.db"),
      "this is not a database, but long enough to look like one\n".repeat(40),
    );
    expect(codeOf(() => openSqliteJournal(other, "/a/wayout.yaml", now))).toBe("journal/unusable");
    rmSync(other, { recursive: true });
    const database = new DatabaseSync(join(folder, "journal.db"));
    database.exec("PRAGMA user_version = 99");
    expect(codeOf(() => openSqliteJournal(folder, "/a/wayout.yaml", now))).toBe("journal/newer");
    database.exec("PRAGMA user_version = 1");
    database.close();
  });
});
