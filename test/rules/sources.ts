import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

export const root = normalize(join(import.meta.dirname, "..", ".."));

/** Every TypeScript file of the product, relative to the root. */
export function sourceFiles(): string[] {
  return globSync("src/**/*.ts", { cwd: root }).sort();
}

/** The product's files that `file` imports, relative to the root. */
export function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)|^import\s+"(\.[^"]+)"/gm,
  );
  return [...found].map((match) =>
    relative(root, join(root, dirname(file), match[1] ?? match[2] ?? match[3] ?? "")),
  );
}

export function layerOf(file: string): string {
  return file.split("/")[1] ?? "";
}
