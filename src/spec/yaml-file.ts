/** YAML text checked against a schema, with errors that name file, line, column, and what was meant. */
import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import { z } from "zod";
import { messageOf, Problem } from "../report/problem.ts";
import { nearest } from "./nearest.ts";
import { inPlainWords } from "./plain-words.ts";
import { tooDeepAt } from "./yaml-depth.ts";
import { unclosedIn } from "./yaml-unclosed.ts";

export type Path = readonly PropertyKey[];

/** A checked file: its value, and where in the text each part of it stands. */
export interface YamlFile<T> {
  readonly value: T;
  /** "wayout.yaml:4:10" */
  place(path: Path): string;
}

/** More than any hand-written file needs; keeps a wrong path from filling the memory. */
export const maxFileBytes = 256 * 1024;
/** Aliases that may be expanded: enough for anchors used as meant, far below what a YAML bomb needs. */
const maxAliases = 100;

/**
 * @param codes prefix of the problem codes: "spec" gives spec/yaml, spec/invalid and spec/too-large.
 * @throws Problem with every mistake of the file in its detail, the first one in its summary.
 */
export function parseYamlFile<T>(
  text: string,
  options: { readonly file: string; readonly schema: z.ZodType<T>; readonly codes: string },
): YamlFile<T> {
  const { file, schema, codes } = options;
  if (Buffer.byteLength(text) > maxFileBytes) {
    throw yamlTooLarge(file, codes);
  }
  const deep = tooDeepAt(text);
  if (deep !== undefined) {
    const before = text.slice(0, deep).split("\n");
    throw new Problem({
      code: `${codes}/yaml`,
      summary: `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}: nested too deeply`,
      hint: "Is this the right file? Lists in lists and maps in maps are as deep as the documented keys.",
    });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const broken = document.errors[0];
  if (broken) {
    const unclosed = unclosedIn(document, text, broken);
    const what = unclosed?.what ?? broken.message;
    throw new Problem({
      code: `${codes}/yaml`,
      summary: `${place(unclosed?.offset ?? broken.pos[0])}: not YAML: ${what}`,
      hint: "Indent with spaces, and quote text that holds a colon or a #.",
    });
  }
  let plain: unknown;
  try {
    plain = document.toJS({ maxAliasCount: maxAliases });
  } catch (cause) {
    const said = messageOf(cause);
    throw new Problem({
      code: `${codes}/yaml`,
      summary: `${place(faultyAlias(document))}: not YAML that can be read: ${said}`,
      hint: "Write the values out instead of using aliases.",
      cause,
    });
  }
  const offsetOf = (path: Path): number => offset(document.contents, path);
  const checked = schema.safeParse(plain ?? undefined, inPlainWords);
  if (checked.success) return { value: checked.data, place: (path) => place(offsetOf(path)) };
  // A misspelt key is the cause of the missing one, so it comes first.
  const causes = checked.error.issues
    .filter((issue, _, all) => !isOfWrongType(issue, all))
    .toSorted((a, b) => Number(isUnknownKey(b)) - Number(isUnknownKey(a)));
  const mistakes = causes.flatMap((issue) => mistakesOf(issue, schema, document.contents));
  const told = mistakes.map(({ offset, text }) => `${place(offset)}: ${text}`);
  throw new Problem({
    code: `${codes}/invalid`,
    summary: told[0] ?? `${file}: not valid`,
    ...(told.length > 1 ? { detail: told.slice(1).join("\n") } : {}),
    hint: mistakes[0]?.hint ?? "See docs/cli.md for what the file may hold.",
  });
}

/** Where an alias stands that names no anchor before it; where all do, the last of the many. */
function faultyAlias(document: Document): number {
  let found = 0;
  visit(document, {
    Alias(_, alias) {
      found = alias.range?.[0] ?? found;
      return alias.resolve(document) ? undefined : visit.BREAK;
    },
  });
  return found;
}

/** What else is wrong with a value of another type follows from its type: a text is no list that is too long. */
function isOfWrongType(issue: z.core.$ZodIssue, all: readonly z.core.$ZodIssue[]): boolean {
  const path = issue.path.join("/");
  return (
    issue.code !== "invalid_type" &&
    all.some((other) => other.code === "invalid_type" && other.path.join("/") === path)
  );
}

function isUnknownKey(issue: z.core.$ZodIssue): boolean {
  return issue.code === "unrecognized_keys";
}

interface Mistake {
  readonly offset: number;
  readonly text: string;
  readonly hint?: string;
}

function mistakesOf(issue: z.core.$ZodIssue, schema: z.ZodType, contents: Node | null): Mistake[] {
  const where = issue.path.length > 0 ? `${z.core.toDotPath(issue.path)}: ` : "";
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      return {
        offset: offset(contents, [...issue.path, key], "key"),
        text: `${where}unknown key "${key}"${near ? `; did you mean ${near}?` : ""}`,
        hint: `Known here: ${known.join(", ")}.`,
      };
    });
  }
  if (issue.code === "invalid_union" && issue.errors[0]?.[0]) {
    const text = issue.errors.map((choice) => choice[0]?.message).join(", or ");
    return [{ offset: offset(contents, issue.path), text: `${where}${text}` }];
  }
  const given = isMap(contents) ? contents.getIn(issue.path) : undefined;
  const single = issue.code === "invalid_type" && issue.expected === "array" && typeof given === "string";
  const empty = contents === null || (isScalar(contents) && contents.value === null);
  return [
    {
      offset: offset(contents, issue.path),
      text: empty ? "nothing is in this file" : `${where}${issue.message}`,
      ...(single ? { hint: `Write a list: [${given}]` } : {}),
    },
  ];
}

/** Where the value (or key) at `path` begins; the nearest enclosing node where it is missing. */
function offset(node: Node | null, path: Path, wanted: "value" | "key" = "value"): number {
  let current: unknown = node;
  let found = node?.range?.[0] ?? 0;
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (isMap(current)) {
      const pair = current.items.find((item) => isScalar(item.key) && item.key.value === part);
      if (!pair) return found;
      if (isScalar(pair.key) && pair.key.range) found = pair.key.range[0];
      current = pair.value;
      if (last && wanted === "key") return found;
    } else if (isSeq(current) && typeof part === "number") {
      current = current.items[part];
    } else {
      return found;
    }
    if (isNode(current) && current.range) found = current.range[0];
  }
  return found;
}

/** The keys that the object at `path` of the schema may have. */
function keysAt(schema: z.ZodType, path: Path): string[] {
  let current: unknown = schema;
  for (const part of path) {
    current = unwrap(current);
    if (current instanceof z.ZodObject && typeof part === "string") current = current.shape[part];
    else if (current instanceof z.ZodArray) current = current.element;
    else if (current instanceof z.ZodRecord) current = current.valueType;
  }
  current = unwrap(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

function unwrap(schema: unknown): unknown {
  let current = schema;
  while (
    current instanceof z.ZodOptional ||
    current instanceof z.ZodDefault ||
    current instanceof z.ZodPrefault ||
    current instanceof z.ZodNullable
  ) {
    current = current.unwrap();
  }
  return current;
}

/** @param codes prefix of the problem's code. */
export function yamlTooLarge(file: string, codes: string): Problem {
  return new Problem({
    code: `${codes}/too-large`,
    summary: `${file} is larger than ${maxFileBytes / 1024} KiB`,
    hint: "Is this the right file?",
  });
}
