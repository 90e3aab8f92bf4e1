import type { ToAccept } from "../engine/accepted-records.ts";
import { count } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";

/** What undo would do by records that are not sealed by the user's key. */
export function acceptText(items: readonly ToAccept[]): string {
  if (items.length === 0) return "every record is sealed by your key; there is nothing to accept";
  return linesOf([
    `${count(items.length, "step")} to accept; undo would do this by them:`,
    ...items.flatMap(({ title, runs, doubt, before, login, files }) => [
      `  ${title} (run ${runs.join(", ")}; ${doubt === "changed" ? "CHANGED after Wayout wrote it" : "not sealed by your key"})`,
      `    back to  ${before}`,
      ...(login === undefined
        ? []
        : [
            `    login    ${login.user === undefined ? "" : `${login.user}@`}${login.destination}${login.port === undefined ? "" : ` port ${login.port}`}${login.jump === undefined ? "" : ` by ${login.jump}`}`,
          ]),
      ...files.flatMap((file) => [
        `    writes   ${file.path}, mode ${file.mode}${file.encoding ? ", not text" : ":"}`,
        ...(file.encoding
          ? []
          : file.content
              .trimEnd()
              .split("\n")
              .map((line) => `      | ${line}`)),
      ]),
    ]),
  ]);
}
