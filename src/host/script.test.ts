import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { frame, quote, unframe, writeText } from "./script.ts";

const folder = mkdtempSync(join(tmpdir(), "wayout-script-"));
afterAll(() => rmSync(folder, { recursive: true }));
const shells = ["dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);
const mark = "wayout-00ff";

function run(shell: string, script: string): string {
  return execFileSync(shell, ["-s"], { input: script, encoding: "utf8", cwd: folder });
}

test("a quoted word is the same word for a shell", () => {
  const words = fc.string({ unit: "binary" }).filter((text) => !text.includes("\0"));
  fc.assert(
    fc.property(words, (word) => {
      expect(run("sh", `printf %s ${quote(word)}`)).toBe(word);
    }),
    { numRuns: 40 },
  );
});

test.each(shells)("%s writes any text byte for byte", (shell) => {
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(fc.constantFrom("a", "'", "\\", "$x", "`", "WAYOUT_END", "\n", "WAYOUT_END\n", "\t", "%s"), {})
      .map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(texts, (text) => {
      run(shell, writeText("written", text));
      // Lone surrogates are no text that a file can hold.
      expect(readFileSync(join(folder, "written"))).toEqual(Buffer.from(text, "utf8"));
    }),
    { numRuns: 40 },
  );
  const bytes = Buffer.from([...Array(256).keys()]);
  run(shell, writeText("written", bytes.toString("latin1"), "latin1"));
  expect(readFileSync(join(folder, "written"))).toEqual(bytes);
});

test.each(shells)("%s gives a script's output and exit code back through the frame", (shell) => {
  const answer = (script: string) => unframe(run(shell, frame(script, mark)), mark);
  expect(answer("printf 'a\\n\\n'; exit 4")).toEqual({
    began: true,
    exitCode: 4,
    stdout: "a\n\n",
    before: "",
  });
  expect(answer("set -e; false; echo never")).toEqual({ began: true, exitCode: 1, stdout: "", before: "" });
  expect(answer("cat; echo end")).toEqual({ began: true, exitCode: 0, stdout: "end\n", before: "" });
});

test("half of a script is never run: what is cut off anywhere does nothing at all", () => {
  const script = frame("echo one > done; rm -rf nothing\necho two >> done", mark);
  const last = script.lastIndexOf("}");
  for (let length = 0; length < last; length += 3) {
    const cut = spawnSync("sh", ["-s"], { input: script.slice(0, length), cwd: folder, timeout: 2000 });
    expect(cut.stdout.toString(), script.slice(0, length)).toBe("");
    expect(() => readFileSync(join(folder, "done"))).toThrow();
  }
});

test("noise before the frame is not the script's, and a missing end is no exit code", () => {
  expect(unframe(`Last login: today\n\n${mark} begin\nout\n${mark} end 0\n`, mark)).toEqual({
    began: true,
    exitCode: 0,
    stdout: "out",
    before: "Last login: today\n",
  });
  expect(unframe(`\n${mark} begin\npartly`, mark)).toEqual({
    began: true,
    stdout: "partly",
    before: "",
  });
  const said = "This account is currently not available.\n";
  expect(unframe(said, mark)).toEqual({ began: false, stdout: "", before: said });
  expect(unframe(`\n${mark} begin\n\n${mark} end x\n`, mark).exitCode).toBeUndefined();
});
