/** Files as the probe prints them: mode, encoding and path in the section's words, the bytes in its lines. */
import { fileMode, filePath } from "../../spec/forms.ts";
import { badFact } from "../bad-fact.ts";
import type { HostFile } from "../host.ts";
import type { Section } from "./sections.ts";

/**
 * The mode and the path become words of commands that root runs.
 * @throws Problem host/bad-fact
 */
export function parseFile(section: Section, server: string): HostFile {
  const [mode = "644", encoding = "base64", ...words] = section.args;
  const path = words.join(" ");
  if (!filePath.safeParse(path).success) throw badFact(server, "as the path of a file", path);
  if (!fileMode.safeParse(mode).success) throw badFact(server, `as the mode of ${path}`, mode);
  const text = section.lines.join("");
  const bytes =
    encoding === "hex" ? Buffer.from(text.replaceAll(/\s/g, ""), "hex") : Buffer.from(text, "base64");
  const content = bytes.toString("utf8");
  const file = { path, mode };
  return Buffer.from(content, "utf8").equals(bytes)
    ? { ...file, content }
    : { ...file, content: bytes.toString("base64"), encoding: "base64" };
}
