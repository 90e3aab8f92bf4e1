import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { scenarioSchema } from "../../src/lab/scenarios/schema.ts";
import { specSchema } from "../../src/spec/spec.ts";
import { codesIn, problemCodes, refusals } from "./problem-codes.ts";
import { root, sourceFiles } from "./sources.ts";

const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("docs/errors.md", () => {
  const text = read("docs/errors.md");
  const listed = [...text.matchAll(/^\| `([a-z]+\/[a-z0-9-]+)` \|/gm)].flatMap((match) => match[1] ?? []);

  it("lists every code that src can give, and no other", () => {
    const { codes, unknown } = problemCodes();
    expect(unknown, "codes put together in a way that test/rules/problem-codes.ts cannot read").toEqual([]);
    expect([...listed].sort()).toEqual(codes);
  });

  it("lists the subjects and causes of what the lab's cloud refuses", () => {
    const { subjects, causes } = refusals();
    const line = /^Subjects: (.*)$/m.exec(text)?.[1] ?? "";
    expect([...line.matchAll(/`([a-z-]+)`/g)].map((match) => match[1] ?? "").sort()).toEqual(subjects);
    const table = text.slice(text.indexOf("Subjects: ")).split("\n## ")[0] ?? "";
    expect([...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] ?? "").sort()).toEqual(causes);
  });

  it("would notice a code in every form in which src writes one", () => {
    const template = "`$" + "{codes}/yaml`";
    const source = [
      'throw new Problem({ code: "host/on-fire", summary });',
      'code: late ? "lab/late" : "lab/early",',
      'throw this.#problem("spec/odd", path);',
      `parse(text, { codes: "spec" }); throw new Problem({ code: ${template} });`,
      '// not this one: "lab/comment"',
      'kind: "cloud/step",',
    ].join("\n");
    const { codes } = codesIn(source, new Set(["cloud/step"]));
    expect(codes).toEqual(["host/on-fire", "lab/early", "lab/late", "spec/odd", "spec/yaml"]);
    expect(codesIn("code: `host/$" + "{x}`", new Set()).unknown).toHaveLength(1);
  });
});

describe("the folder map", () => {
  it("names every folder of src, two levels deep", () => {
    const folders = new Set(
      sourceFiles()
        .map((file) => dirname(file).split("/").slice(0, 3).join("/"))
        .filter((folder) => folder !== "src"),
    );
    const map = read("README.md") + read("docs/architecture.md");
    const missing = [...folders].filter((folder) => !new RegExp(`\\b${folder}\\b(?!/\\w)`).test(map));
    expect(missing).toEqual([]);
  });

  it("names no folder of src that is not there", () => {
    const map = read("README.md") + read("docs/architecture.md");
    const named = [...map.matchAll(/\bsrc\/[\w./-]*\w/g)].map((match) => match[0]);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe("docs/cli.md", () => {
  const text = read("docs/cli.md");

  it("has a section for every command, and for no other", () => {
    const commands = globSync("src/cli/**/*.ts", { cwd: root }).flatMap((file) => {
      const prefix = file.startsWith("src/cli/lab/") ? "wayout lab" : "wayout";
      return [...read(file).matchAll(/new Command\(\s*"([a-z]+)"/g)].map((match) => `${prefix} ${match[1]}`);
    });
    const own = commands
      .map((command) => command.replace("wayout lab lab", "wayout lab"))
      .filter((command) => command !== "wayout wayout");
    const sections = [...text.matchAll(/^#{2,3} (wayout [a-z ]+)$/gm)].map((match) => match[1]?.trim() ?? "");
    expect(sections.sort()).toEqual(own.sort());
  });

  it("names every option of every command", () => {
    const options = globSync("src/cli/**/*.ts", { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/(?:\.option\(|new Option\()\s*"(?:-\w, )?(--[a-z-]+)/g)].flatMap(
        (match) => match[1] ?? [],
      ),
    );
    expect(options.length).toBeGreaterThan(5);
    expect(
      [...new Set(options)].filter(
        (option) => !text.includes(`\`${option}`) && !text.includes(`, ${option}`),
      ),
    ).toEqual([]);
  });

  it("names every key of wayout.yaml and of scenario files", () => {
    for (const [schema, section] of [
      [specSchema, "## wayout.yaml"],
      [scenarioSchema, "## Scenario files"],
    ] as const) {
      const part = text.slice(text.indexOf(`${section}\n`)).split("\n## ")[0] ?? "";
      const keys = keysOf(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
      expect(keys.length).toBeGreaterThan(10);
      expect(
        keys.filter(
          (key) => !part.includes(`\`${key}\``) && !part.includes(`.${key}\``) && !part.includes(`${key}[]`),
        ),
      ).toEqual([]);
    }
  });

  /** The names of all properties, however deep. */
  function keysOf(schema: unknown): string[] {
    if (typeof schema !== "object" || schema === null) return [];
    const own =
      "properties" in schema && typeof schema.properties === "object" && schema.properties !== null
        ? Object.keys(schema.properties)
        : [];
    return [...new Set([...own, ...Object.values(schema).flatMap(keysOf)])];
  }
});

describe("links in Markdown files", () => {
  const files = globSync(["*.md", "docs/**/*.md", "src/**/*.md", "test/**/*.md", "bench/**/*.md"], {
    cwd: root,
  });

  it("lead to files and headings that exist", () => {
    const broken = files.flatMap((file) =>
      [...withoutCode(read(file)).matchAll(/\]\(([^)\s]+)\)/g)]
        .flatMap((match) => match[1] ?? [])
        .filter((target) => !/^[a-z]+:/.test(target) && !resolves(file, target))
        .map((target) => `${file}: ${target}`),
    );
    expect(files.length).toBeGreaterThan(5);
    expect(broken).toEqual([]);
  });

  it("cover every page of docs: each is linked from somewhere", () => {
    const linked = new Set(
      files.flatMap((file) =>
        [...read(file).matchAll(/\]\(([^)#\s]+)/g)].map((match) =>
          relative(root, join(root, dirname(file), match[1] ?? "")),
        ),
      ),
    );
    const alone = files.filter((file) => file.startsWith("docs/") && !linked.has(file));
    expect(alone).toEqual([]);
  });

  function resolves(file: string, target: string): boolean {
    const [path = "", heading] = target.split("#");
    const full = path === "" ? join(root, file) : join(root, dirname(file), path);
    if (!existsSync(full)) return false;
    return heading === undefined || anchors(readFileSync(full, "utf8")).includes(heading);
  }

  /** GitHub's: small letters, no punctuation, dashes for spaces. */
  function anchors(text: string): string[] {
    return [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map((match) =>
      (match[1] ?? "")
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-"),
    );
  }

  function withoutCode(text: string): string {
    return text.replace(/^```[\s\S]*?^```/gm, "").replace(/^ {4}.*$/gm, "");
  }
});
