import { Secret } from "./secret.ts";

/** Shorter texts are words like any other; striking them out would blank the message and point at the secret. */
const shortestSecret = 4;

const htmlForms: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Strikes known secrets out of texts that are about to be shown: an answer may well echo what it was sent. */
export class Redactor {
  readonly #known = new Set<string>();

  constructor(secrets: Iterable<Secret> = []) {
    for (const secret of secrets) this.add(secret);
  }

  /** Tokens join when they are issued. */
  add(secret: Secret | string): void {
    const value = secret instanceof Secret ? secret.reveal() : secret;
    if (value.length < shortestSecret) return;
    // The forms in which a body, a page, a URL or a header may carry it.
    const forms = [
      value,
      JSON.stringify(value).slice(1, -1),
      encodeURIComponent(value.toWellFormed()),
      new URLSearchParams({ v: value }).toString().slice("v=".length),
      value.replace(/[&<>"']/g, (mark) => htmlForms[mark] ?? mark),
      Buffer.from(value).toString("base64"),
    ];
    for (const form of forms) this.#known.add(form);
  }

  clean(text: string): string {
    // The longest first: one secret may contain another.
    const found = [...this.#known]
      .filter((known) => text.includes(known))
      .sort((a, b) => b.length - a.length);
    return found.reduce((cleaned, known) => cleaned.replaceAll(known, "***"), text);
  }
}
