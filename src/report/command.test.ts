import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { command, commandLine, quote } from "./command.ts";
import { visible } from "./visible.ts";

test("words are quoted, and what the command is about follows --", () => {
  expect(command("wayout undo", { options: ["--force", ["-f", "my file.yaml"]], operands: ["0001"] })).toBe(
    "wayout undo --force -f 'my file.yaml' -- 0001",
  );
  expect(command("wayout plan")).toBe("wayout plan");
  expect(command("wayout lab down", { options: [["--name", "-x"]] })).toBe("wayout lab down --name=-x");
});

test("a word that a shell would read in its own way is quoted", () => {
  expect(["", "=ls", "~", "a;b", "$(x)", "it's", "a*", "{a,b}", "!1", "#"].map(quote)).toEqual([
    "''",
    "'=ls'",
    "'~'",
    "'a;b'",
    "'$(x)'",
    "'it'\\''s'",
    "'a*'",
    "'{a,b}'",
    "'!1'",
    "'#'",
  ]);
});

const shells = ["dash", "bash", "busybox"].filter((shell) => spawnSync(shell, ["true"]).error === undefined);
const show = (text: string) => `show() { for word; do printf '<%s>' "$word"; done; }\n${text}\n`;
const wordsRead = (shell: string, text: string) =>
  spawnSync(shell, shell === "busybox" ? ["sh", "-s"] : ["-s"], { input: show(text) }).stdout.toString();

const nasty = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "a\nrm -rf /",
    "\u001b[201~\nreboot\n#",
    "-oProxyCommand=x",
    "%s%n\\n\\",
    "$(reboot)`reboot`",
    "'\"",
    "\u202eabc",
    "a\tb",
  ),
);

test.each(shells)(
  "pasted into %s, each value is one word, and nothing in the text is a control character",
  (shell) => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 4 }), (values) => {
        const text = command("show", { operands: values });
        expect(text).toBe(visible(text));
        expect(text).not.toMatch(/[\n\t]/);
        // What a shell cannot hold: NUL, and newlines at the end of what a command printed.
        const held = values.map((value) => {
          const bytes = Buffer.from(value.replaceAll("\0", "")).toString();
          return visible(value) === value && !/[\n\t]/.test(value) ? bytes : bytes.replace(/\n+$/, "");
        });
        expect(wordsRead(shell, text)).toBe(["--", ...held].map((value) => `<${value}>`).join(""));
      }),
      { numRuns: 60 },
    );
  },
);

test("a command that was run is shown word by word", () => {
  expect(commandLine(["ssh", "-l", "linux", "--", "a b", "id\n"])).toBe(
    "ssh -l linux -- 'a b' \"$(printf %b 'id\\0012')\"",
  );
});
