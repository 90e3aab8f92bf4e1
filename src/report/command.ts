/** Commands that are shown to be pasted. Every one of them is put together here. Pure. */
import { visible } from "./visible.ts";

/** A flag, or an option with its value. */
export type CommandOption = string | readonly [name: string, value: string];

export interface CommandWords {
  readonly options?: readonly CommandOption[];
  /** What the command is about. They follow `--`: none is taken for an option. */
  readonly operands?: readonly string[];
}

/** One word for a POSIX shell, whatever it holds. A leading = would name a program in zsh. */
export function quote(text: string): string {
  return /^(?!=)[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param program its name, with the command of it where it has several: "wayout undo". */
export function command(program: string, { options = [], operands = [] }: CommandWords = {}): string {
  return commandLine([
    ...program.split(" "),
    ...options.flatMap(wordsOf),
    ...(operands.length > 0 ? ["--", ...operands] : []),
  ]);
}

/** Words as they are, for programs that know no `--`, and for a command that was run. */
export function commandLine(words: readonly string[]): string {
  return words.map(pasteable).join(" ");
}

/** A value that begins with - could be taken for an option. After a short option every program takes it for the value. */
function wordsOf(option: CommandOption): readonly string[] {
  if (typeof option === "string") return [option];
  const [name, value] = option;
  return name.startsWith("--") && value.startsWith("-") ? [`${name}=${value}`] : [name, value];
}

/**
 * What a terminal would obey when it is pasted (a newline runs a line, ESC may end the paste) must not stand in the text, and an
 * escape like \x1b would name another object. So printf makes it: it is POSIX, unlike $'...'. A shell drops NUL bytes and
 * newlines at the end; that names an object which is not there, and does no harm.
 */
function pasteable(word: string): string {
  if (!word.includes("\n") && !word.includes("\t") && visible(word) === word) return quote(word);
  const octal = [...Buffer.from(word)].map((byte) =>
    /[\w@+=:,./ -]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\0${byte.toString(8).padStart(3, "0")}`,
  );
  return `"$(printf %b '${octal.join("")}')"`;
}
