/** Files as the probe prints them: mode, encoding and path in the section's words, the bytes in its lines. */
import type { HostFile } from "../host.ts";
import type { Section } from "./sections.ts";

export function parseFile(section: Section): HostFile {
  const [mode = "644", encoding = "base64", ...path] = section.args;
  const text = section.lines.join("");
  const bytes =
    encoding === "hex" ? Buffer.from(text.replaceAll(/\s/g, ""), "hex") : Buffer.from(text, "base64");
  const content = bytes.toString("utf8");
  const file = { path: path.join(" "), mode };
  return Buffer.from(content, "utf8").equals(bytes)
    ? { ...file, content }
    : { ...file, content: bytes.toString("base64"), encoding: "base64" };
}
