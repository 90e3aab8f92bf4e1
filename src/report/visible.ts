/**
 * Text of others (names, answers, what a host printed) as a terminal, a file and a page may have it: what would move the
 * cursor, hide, or turn around what stands beside it is shown as an escape like \x1b or \u{202e}. Pure.
 */

/**
 * Control and format characters, private and half characters, separators of lines, and everything that Unicode lets a
 * font draw as nothing (UAX #44, Default_Ignorable_Code_Point).
 */
const hidden =
  "[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Noncharacter_Code_Point}\\p{Default_Ignorable_Code_Point}]";

/** Joiners and selectors belong to an emoji, which stays as it is (UTS #51); anywhere else they show nothing. */
const picture = "\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?";
const emoji = `${picture}(?:\\u200d${picture})*|[0-9#*]\\ufe0f\\u20e3`;

const hiddenOrEmoji = new RegExp(`(?<emoji>${emoji})|${hidden}`, "gu");
const plain = /^[\n\x20-\x7e]*$/;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A text of several lines. Newlines stay; a tab becomes spaces, since only those are as wide everywhere. */
export function visible(text: string): string {
  if (plain.test(text)) return text;
  return escaped(text.replaceAll("\r\n", "\n").replaceAll("\t", "    "), (character) =>
    character === "\n" ? character : escapeOf(character),
  );
}

/** A text file that a program reads: as `visible`, and tabs stay. */
export function visibleFile(text: string): string {
  if (plain.test(text)) return text;
  return escaped(text, (character) =>
    character === "\n" || character === "\t" ? character : escapeOf(character),
  );
}

/**
 * A name, a title, one line of a text: no newline of it begins a line. What is no control character stays, so that a name is
 * compared with what the user wrote; the writer escapes the rest.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, escapeOf);
}

/** Lines as one text, each of them one line whatever stands in it. */
export function linesOf(lines: readonly string[]): string {
  return lines.map(oneLine).join("\n");
}

/** The text of JSON with the same value: what is hidden stands only inside of its strings. */
export function visibleJson(json: string): string {
  if (plain.test(json)) return json;
  return escaped(json, (character) => (character === "\n" ? character : unitsOf(character)));
}

function escaped(text: string, shown: (character: string) => string): string {
  return text.replace(hiddenOrEmoji, (all, kept: string | undefined) => kept ?? shown(all));
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return short[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`);
}

/** By UTF-16 units, the only escape that JSON has (RFC 8259, 7). */
function unitsOf(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
