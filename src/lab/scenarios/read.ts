/** Finds and reads a scenario: one that comes with Wayout, by name, or a file of the user's, by path. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import { readSmallFile } from "../../spec/small-file.ts";
import { maxFileBytes, parseYamlFile, yamlTooLarge } from "../../spec/yaml-file.ts";
import { checkScenario, type ScenarioUse } from "./check.ts";
import { rehearse } from "./rehearse.ts";
import { type Scenario, scenarioSchema } from "./schema.ts";

export interface NamedScenario {
  /** Its name, or the path it was read from. */
  readonly name: string;
  readonly scenario: Scenario;
}

/** Names of the scenarios that come with Wayout. */
export function builtInScenarios(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .sort();
}

/** @throws Problem lab/no-scenario, lab/too-large, lab/yaml, lab/invalid, lab/scenario. */
export async function readScenario(
  nameOrPath: string,
  use: ScenarioUse = { fabric: "kernel" },
): Promise<NamedScenario> {
  const builtIn = builtInScenarios();
  if (builtIn.includes(nameOrPath)) {
    const file = join(import.meta.dirname, `${nameOrPath}.yaml`);
    return {
      name: nameOrPath,
      scenario: await parseScenario(readFileSync(file, "utf8"), relative(process.cwd(), file), use),
    };
  }
  if (!/[/.]/.test(nameOrPath)) {
    throw new Problem({
      code: "lab/no-scenario",
      summary: `no scenario ${nameOrPath}; ${suggestion(nameOrPath, builtIn, "scenario")}`,
      hint: "A file of your own is given by its path: ./my-lab.yaml",
    });
  }
  return { name: nameOrPath, scenario: await parseScenario(readFile(nameOrPath), nameOrPath, use) };
}

/** Text to scenario: schema, then the rules between its parts, then all of it on paper. `file` is what messages call it. */
export async function parseScenario(
  text: string,
  file: string,
  use: ScenarioUse = { fabric: "kernel" },
): Promise<Scenario> {
  const parsed = parseYamlFile(text, { file, schema: scenarioSchema, codes: "lab" });
  checkScenario(parsed, use);
  await rehearse(parsed, use);
  return parsed.value;
}

function readFile(path: string): string {
  const read = readSmallFile(path, maxFileBytes);
  if ("text" in read) return read.text;
  if (read.is === "too-large") throw yamlTooLarge(path, "lab");
  throw new Problem({
    code: "lab/no-scenario",
    summary: `cannot read ${path}`,
    detail: read.why,
    hint: `Give a file, or one of ${builtInScenarios().join(", ")}.`,
  });
}
