import { expect, test, vi } from "vitest";
import { openProgress } from "./progress.ts";

/** What is written to a terminal of this width, or to a file. */
function written(text: string, terminal: { isTTY: boolean; columns?: number }): string {
  let all = "";
  const progress = openProgress({
    ...terminal,
    write: (more) => {
      all += more;
    },
  });
  progress.report({ kind: "phase", phase: "observe", text });
  progress.end();
  return all;
}

const noPlan = { gateways: [], summary: { changes: 0, right: 0, blocked: 0 } };
const long = "everything that comes to ecs-proxy-1 and leaves it is dropped, ARP too, for 6 s";

test("the moving line of a narrow terminal is as short as the terminal, so that it can be removed again", () => {
  const lines = written(long, { isTTY: true, columns: 40 }).split("\r\u001b[K");
  expect(lines[1]).toHaveLength(39);
  expect(lines[1]).toMatch(/^[|/\\-] everything that comes to/);
});

test("a character that takes two columns is counted so, and none is cut in half", () => {
  const lines = written("a\nb 日本\u{20000}語 and so on", { isTTY: true, columns: 13 }).split("\r\u001b[K");
  expect(lines[1]?.slice(2)).toBe("a\\nb 日本");
  expect(written("\u{20000}\u{20000}", { isTTY: true, columns: 6 })).not.toMatch(/\p{Cs}/u);
});

test("a line that fits is written as it is", () => {
  expect(written("reading the pair", { isTTY: true, columns: 40 })).toContain("reading the pair\r");
});

test("what comes in after the end is for nobody", () => {
  let all = "";
  const progress = openProgress({ write: (more) => (all += more) });
  progress.end();
  progress.report({ kind: "note", text: "too late" });
  expect(all).toBe("");
});

test("where it is no terminal, the whole line is written, once", () => {
  expect(written(long, { isTTY: false })).toBe(`${long} ...\n`);
});

test.each(["asking", "planned"] as const)("once it is %s, nothing moves on the terminal", (kind) => {
  vi.useFakeTimers();
  try {
    let all = "";
    const progress = openProgress({ isTTY: true, write: (more) => (all += more) });
    progress.report({ kind: "phase", phase: "observe", text: "reading the pair" });
    progress.report(kind === "asking" ? { kind } : { kind, plan: noPlan });
    all = "";
    vi.advanceTimersByTime(1000);
    expect(all).toBe("");
    progress.report({ kind: "phase", phase: "apply", text: "going on" });
    expect(all).toContain("going on");
    progress.end();
  } finally {
    vi.useRealTimers();
  }
});
