import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, sourceFiles } from "./sources.ts";

/**
 * What reaches a terminal goes through src/cli/output.ts, which shows control characters of others as escapes. These write elsewhere:
 * main.ts only listens for errors of the streams, the lab's log has an escape of its own, and the lab's hosts outside say one
 * constant word to the lab.
 */
const writers = [
  "src/cli/main.ts",
  "src/cli/output.ts",
  "src/lab/daemon/daemon-log.ts",
  "src/lab/internet/main.ts",
];

const writes =
  /\bprocess\.(?:stdout|stderr)\b|\bconsole\.\w+\(|from "node:(?:console|readline\/promises|tty)"/;

test("nothing but output.ts writes to the terminal", () => {
  const found = sourceFiles()
    .filter((file) => !/\.test\.ts$|\/testing\//.test(file))
    .filter((file) => writes.test(readFileSync(join(root, file), "utf8")));
  expect(found).toEqual(writers);
});

test.each([
  "process.stdout.write(text)",
  "openProgress(process.stderr)",
  "console.error(error)",
  'import { createInterface } from "node:readline/promises";',
])("would notice %s", (line) => {
  expect(line).toMatch(writes);
});
