/** Shell text that is safe to send: quoting, files as here-documents, and the frame around every script. */

export { quote } from "../report/command.ts";

/**
 * The frame that every script travels in. All of it is one compound command, which a shell reads to its end before it
 * runs any of it: of a text whose second half was lost with the connection, nothing happens (even "export" cut to "ex"
 * would start an editor). The marks separate the script's output from what a login shell's start-up files print, and
 * tell the script's own exit code from ssh's.
 */
export function frame(script: string, mark: string): string {
  return [
    "{",
    "PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; LC_ALL=C; export PATH LC_ALL; umask 022",
    "wayout_script() {",
    ":",
    script,
    "}",
    `printf '\\n%s\\n' '${mark} begin'`,
    "(wayout_script) </dev/null",
    `printf '\\n%s %s\\n' '${mark} end' "$?"`,
    "}",
    "",
  ].join("\n");
}

export interface Framed {
  /** The script was started. */
  readonly began: boolean;
  /** Absent when the connection ended before the script did. */
  readonly exitCode?: number;
  readonly stdout: string;
  /** What was printed ahead of the script: by start-up files, or by what the login runs instead. */
  readonly before: string;
}

/** Takes the frame off again. */
export function unframe(output: string, mark: string): Framed {
  const begin = `\n${mark} begin\n`;
  const start = output.indexOf(begin);
  if (start < 0) return { began: false, stdout: "", before: output };
  const before = output.slice(0, start);
  const inner = output.slice(start + begin.length);
  const end = inner.lastIndexOf(`\n${mark} end `);
  if (end < 0) return { began: true, stdout: inner, before };
  const exitCode = Number.parseInt(inner.slice(end + mark.length + 6), 10);
  if (Number.isNaN(exitCode)) return { began: true, stdout: inner, before };
  return { began: true, exitCode, stdout: inner.slice(0, end), before };
}

/**
 * Commands that write `content` to `path`, byte for byte. Text goes as a here-document, which a person can read;
 * what a here-document cannot carry (no newline at the end, control bytes, bytes that are no text and come as latin1)
 * goes through printf's octal escapes.
 */
export function writeText(path: string, content: string, encoding: "utf8" | "latin1" = "utf8"): string {
  if (content === "") return `: > ${path}`;
  if (encoding === "utf8" && content.endsWith("\n") && !hasControlBytes(content)) {
    const end = delimiter(content);
    return `cat > ${path} <<'${end}'\n${content}${end}`;
  }
  const octal = [...Buffer.from(content, encoding)].map((byte) => `\\0${byte.toString(8).padStart(3, "0")}`);
  const lines: string[] = [`: > ${path}`];
  for (let at = 0; at < octal.length; at += 256) {
    lines.push(`printf '%b' '${octal.slice(at, at + 256).join("")}' >> ${path}`);
  }
  return lines.join("\n");
}

function hasControlBytes(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 && code !== 9 && code !== 10) return true;
  }
  return false;
}

/** A line that the text does not contain. */
function delimiter(content: string): string {
  const lines = new Set(content.split("\n"));
  let end = "WAYOUT_END";
  while (lines.has(end)) end += "_";
  return end;
}
