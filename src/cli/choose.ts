/** Lets a person choose among what there is. */
import { note, openQuestions } from "./output.ts";

/**
 * Asks on the terminal, again until the answer names things that there are.
 * @param preset indexes that Enter takes.
 * @returns at least `atLeast` and at most `atMost` of the items; undefined when the person gave up.
 */
export async function choose<T>(
  question: string,
  items: readonly T[],
  {
    text,
    preset,
    atMost,
    signal,
  }: {
    readonly text: (item: T) => string;
    readonly preset: readonly number[];
    readonly atMost: number;
    readonly signal: AbortSignal;
  },
): Promise<readonly T[] | undefined> {
  note(question);
  for (const [index, item] of items.entries()) note(`  ${index + 1}  ${text(item)}`);
  const usual = preset.map((index) => index + 1).join(",");
  const questions = openQuestions();
  try {
    for (;;) {
      const question = `${atMost === 1 ? "number" : "numbers"} [${usual}]: `;
      const said = await questions.ask(question, signal);
      if (said === undefined) return undefined;
      const chosen = parseChoice(said.trim() === "" ? usual : said, items.length, atMost);
      if (typeof chosen === "string") note(chosen);
      else return chosen.flatMap((index) => items[index] ?? []);
    }
  } finally {
    questions.close();
  }
}

/** Indexes, in the order given; or what is wrong with the answer. Pure. */
export function parseChoice(said: string, count: number, atMost: number): readonly number[] | string {
  const words = said.split(/[\s,]+/).filter((word) => word !== "");
  const numbers = words.map((word) => (/^\d{1,6}$/.test(word) ? Number(word) : 0));
  const wrong = words.find((_, at) => (numbers[at] ?? 0) < 1 || (numbers[at] ?? 0) > count);
  if (wrong !== undefined) return `${wrong} is not one of 1 to ${count}`;
  const indexes = [...new Set(numbers)].map((number) => number - 1);
  if (indexes.length === 0) return "choose at least one";
  if (indexes.length > atMost) return `choose at most ${atMost}`;
  return indexes;
}
