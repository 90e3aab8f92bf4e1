/** Finds and reads clouds.yaml and secure.yaml, keeping the places of their entries for errors. */
import { isAbsolute, join, resolve } from "node:path";
import { isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { unclosedIn } from "../../spec/yaml-unclosed.ts";
import { isRecord } from "../record.ts";
import { configProblem } from "./problem.ts";

/** The outside, as parameters. `readFile` gives undefined for a file that is not there. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly readFile: (path: string) => string | undefined;
}

export interface SettingsFile {
  readonly path: string;
  readonly content: Readonly<Record<string, unknown>>;
  /** "line:column" of a setting, or of the nearest setting around it. */
  place(path: readonly PropertyKey[]): string;
  /** The line of that place. */
  line(path: readonly PropertyKey[]): number;
  /** The setting itself stands in this file. */
  has(path: readonly PropertyKey[]): boolean;
}

/** Far above any real file; what is larger is something else. */
const maxFileChars = 1_000_000;

/** The first existing file wins; there is no merging between places (openstacksdk, config/loader.py). */
export function findSettingsFile(
  name: SettingsFileName,
  variable: string | undefined,
  sources: ConfigSources,
): SettingsFile | undefined {
  const named = variable === undefined ? undefined : sources.env[variable];
  for (const path of candidatePaths(name, named, sources)) {
    const text = sources.readFile(path);
    if (text !== undefined) return parseSettings(path, text);
  }
  return undefined;
}

type SettingsFileName = "clouds" | "secure" | "clouds-public";

export function candidatePaths(
  name: SettingsFileName,
  named: string | undefined,
  sources: ConfigSources,
): readonly string[] {
  const { cwd, home, env } = sources;
  const folders = new Set([
    cwd,
    join(env.XDG_CONFIG_HOME || join(home, ".config"), "openstack"),
    join(home, ".config", "openstack"),
    ...(env.XDG_CONFIG_DIRS || "/etc/xdg").split(":").map((folder) => join(folder, "openstack")),
    "/etc/openstack",
  ]);
  const usual = [...folders].flatMap((folder) =>
    ["yaml", "yml", "json"].map((ending) => join(folder, `${name}.${ending}`)),
  );
  return named ? [absolute(named, sources), ...usual] : usual;
}

/** A path as the user writes it: "~" is the home folder, anything relative starts in the working folder. */
export function absolute(path: string, sources: ConfigSources): string {
  if (path === "~" || path.startsWith("~/")) return join(sources.home, path.slice(1));
  return isAbsolute(path) ? path : resolve(sources.cwd, path);
}

function parseSettings(path: string, text: string): SettingsFile {
  if (text.length > maxFileChars) {
    throw configProblem(
      `${path} is too large to be a settings file`,
      `${text.length} characters, at most ${maxFileChars} are read`,
      "Name the right file with OS_CLIENT_CONFIG_FILE.",
    );
  }
  const lines = new LineCounter();
  // YAML 1.1 with merge keys, as the openstack client reads it; no excerpts in messages: the line may hold a password.
  const document = parseDocument(text, {
    version: "1.1",
    merge: true,
    lineCounter: lines,
    prettyErrors: false,
  });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) {
    const unclosed = unclosedIn(document, text, fault);
    const { line, col } = lines.linePos(unclosed?.offset ?? fault.pos[0]);
    const what = unclosed?.what ?? fault.code.toLowerCase().replaceAll("_", " ");
    throw configProblem(
      `${path} is not valid YAML`,
      `${path}:${line}:${col}: ${what}`,
      "Check the indentation, and put values with special characters (passwords!) in quotes.",
    );
  }
  const content = expanded(path, () => document.toJS({ maxAliasCount: 100 }));
  if (!isRecord(content)) {
    throw configProblem(
      `${path} does not describe clouds`,
      `${path}:1:1: expected a mapping with the key "clouds"`,
      "The smallest file is: clouds: {NAME: {auth: {auth_url, username, password, project_name}}}.",
    );
  }
  const position = (at: readonly PropertyKey[]): { readonly line: number; readonly col: number } => {
    for (let depth = at.length; depth > 0; depth -= 1) {
      const parent = document.getIn(at.slice(0, depth - 1).map(String), true);
      if (!isMap(parent)) continue;
      const pair = parent.items.find(
        (item) => isScalar(item.key) && item.key.value === String(at[depth - 1]),
      );
      if (pair && isNode(pair.key) && pair.key.range) {
        return lines.linePos(pair.key.range[0]);
      }
    }
    return { line: 1, col: 1 };
  };
  return {
    path,
    content,
    has: (at) => document.hasIn(at.map(String)),
    line: (at) => position(at).line,
    place: (at) => {
      const { line, col } = position(at);
      return `${line}:${col}`;
    },
  };
}

function expanded(path: string, expand: () => unknown): unknown {
  try {
    return expand();
  } catch {
    throw configProblem(
      `${path} cannot be expanded`,
      `${path}: its aliases multiply beyond reason, or point nowhere`,
      "Write the settings out instead of nesting aliases.",
    );
  }
}
