/** The differences that docs/lab-differences.md tells of: the rows of the table below its heading on a real Neutron. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const docPath = fileURLToPath(new URL("../../../docs/lab-differences.md", import.meta.url));
const heading = "### Answer by answer";

/** Each as `lineOf` writes it, without the reason, which is the last column. */
export function acceptedLines(): readonly string[] {
  const [, section = ""] = readFileSync(docPath, "utf8").split(heading);
  const rows = (section.split("\n#")[0] ?? "").split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((row) => row.replace(/ [^|]+ \|$/, ""));
}
