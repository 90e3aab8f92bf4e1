import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, sourceFiles } from "./sources.ts";

/** The first halves of problem codes. A code whose boundary is none of these is found by `code: "..."` alone. */
const boundaries = [
  "spec",
  "cloud",
  "host",
  "apply",
  "run",
  "render",
  "verify",
  "undo",
  "journal",
  "lab",
  "demo",
  "file",
  "init",
  "drill",
  "wayout",
];

/** Codes put together at run time, each with where its parts come from. */
const templates: Readonly<Record<string, (sources: string) => string[]>> = {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: the sources' own text is looked for.
  "${codes}/too-large": (text) => codePrefixes(text).map((prefix) => `${prefix}/too-large`),
  "${codes}/yaml": (text) => codePrefixes(text).map((prefix) => `${prefix}/yaml`),
  "${codes}/invalid": (text) => codePrefixes(text).map((prefix) => `${prefix}/invalid`),
  "spec/ambiguous-${noun}": (text) => nouns(text).map((noun) => `spec/ambiguous-${noun}`),
  "spec/unknown-${noun}": (text) => nouns(text).map((noun) => `spec/unknown-${noun}`),
  // Listed in docs/errors.md as a table of subjects and one of causes.
  "lab/${subject}-${why}": () => [],
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: the sources' own text is looked for.
};

export interface Found {
  readonly codes: readonly string[];
  /** Templates that nobody taught this file to read. */
  readonly unknown: readonly string[];
}

/** Every code that a `Problem` of the product can have. */
export function problemCodes(): Found {
  const files = sourceFiles().filter((file) => !/\.test\.ts$|\/testing\//.test(file));
  const stepKinds = new Set(files.flatMap((file) => stepKindsIn(read(file))));
  return codesIn(files.map(read).join("\n"), stepKinds);
}

/** Pure: what `text` holds. A step's kind ("cloud/public-ip") is spelled like a code and is none. */
export function codesIn(text: string, stepKinds: ReadonlySet<string>): Found {
  const code = withoutComments(text);
  const beginning = boundaries.join("|");
  const named = matches(code, new RegExp(`"((?:${beginning})/[a-z][a-z0-9-]*)"`, "g"));
  const given = matches(code, /\bcode:\s*"([a-z]+\/[a-z0-9-]+)"/g);
  const made = matches(
    code,
    new RegExp(`\`((?:\\$\\{\\w+\\}|${beginning})/[a-z-]*(?:\\$\\{\\w+\\}|[a-z-])*)\``, "g"),
  );
  const asCode = matches(code, /\bcode:\s*`([^`]+)`/g);
  const composed = [
    ...new Set([...made.filter((one) => one in templates || /^[a-z]+\//.test(one)), ...asCode]),
  ];
  return {
    codes: sorted([
      ...named.filter((one) => !stepKinds.has(one)),
      ...given,
      ...composed.flatMap((one) => templates[one]?.(code) ?? []),
    ]),
    unknown: composed.filter((one) => !(one in templates)),
  };
}

/** Subjects and causes of what the lab's cloud refuses, from their types. */
export function refusals(): { readonly subjects: readonly string[]; readonly causes: readonly string[] } {
  const text = withoutComments(read("src/lab/api/operations/refused.ts"));
  const members = (type: string): string[] =>
    sorted(matches(text.slice(text.indexOf(`export type ${type} =`)).split(";")[0] ?? "", /"([a-z-]+)"/g));
  return { subjects: members("Subject"), causes: members("Cause") };
}

function codePrefixes(text: string): string[] {
  return sorted(matches(text, /\bcodes: "([a-z]+)"/g));
}

/** What the resolver looks up by name. */
function nouns(text: string): string[] {
  return sorted(matches(text, /asked\.one\(\s*"([a-z]+)"/g));
}

function stepKindsIn(text: string): string[] {
  return matches(text, /\bkind: "([a-z]+\/[a-z-]+)"/g);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/ .*$/gm, "");
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);
}

function sorted(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
