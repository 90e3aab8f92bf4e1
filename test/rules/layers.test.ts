import { describe, expect, it } from "vitest";
import { importsOf, layerOf, sourceFiles } from "./sources.ts";

/**
 * Who may import whom (docs/architecture.md): the flow goes cli, console -> engine -> steps, checks -> cloud,
 * host; all may use spec and report. The lab is reached like any cloud, so only the command line knows it.
 */
const allowed: Readonly<Record<string, readonly string[]>> = {
  report: [],
  spec: ["report"],
  cloud: ["spec", "report"],
  host: ["spec", "report"],
  steps: ["cloud", "host", "spec", "report"],
  checks: ["steps", "cloud", "host", "spec", "report"],
  engine: ["steps", "checks", "cloud", "host", "spec", "report"],
  lab: ["spec", "report"],
  console: ["engine", "steps", "checks", "cloud", "host", "spec", "report"],
  cli: ["lab", "console", "engine", "steps", "checks", "cloud", "host", "spec", "report"],
};

const product = sourceFiles().filter((file) => !/\.test\.ts$|\/testing\//.test(file));

describe("the layers", () => {
  it("cover every folder of src", () => {
    const folders = [...new Set(product.map(layerOf))];
    expect(folders.filter((folder) => !(folder in allowed))).toEqual([]);
  });

  it("import only what stands below them", () => {
    const wrong = product.flatMap((file) => {
      const from = layerOf(file);
      const below = [from, ...(allowed[from] ?? [])];
      return importsOf(file)
        .filter((imported) => imported.startsWith("src/") && !below.includes(layerOf(imported)))
        .map((imported) => `${file} imports ${imported}`);
    });
    expect(wrong).toEqual([]);
  });

  it("have no circle of files", () => {
    const graph = new Map(product.map((file) => [file, importsOf(file)]));
    expect(circles(graph)).toEqual([]);
  });

  it("finds a circle where there is one", () => {
    const graph = new Map([
      ["a", ["b"]],
      ["b", ["c"]],
      ["c", ["a"]],
    ]);
    expect(circles(graph)).toEqual(["a -> b -> c -> a"]);
  });
});

function circles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      found.push([...trail.slice(start), file].join(" -> "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
