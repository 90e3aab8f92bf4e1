import { expect, test } from "vitest";
import { mirrorPackages, recipeKey, recipeOf } from "./recipe.ts";

const recipe = recipeOf("debian", "amd64");

test("a recipe always has the same key, and the key says whose it is", () => {
  expect(recipeKey("debian", recipe)).toBe(recipeKey("debian", recipeOf("debian", "amd64")));
  expect(recipeKey("debian", recipe)).toMatch(/^debian-[0-9a-f]{16}$/);
  expect(recipeKey("sysv", recipeOf("sysv", "amd64"))).toMatch(/^sysv-[0-9a-f]{16}$/);
});

test.each([
  ["another package", { ...recipe, packages: [...recipe.packages, "vim"] }],
  ["another package in the mirror", { ...recipe, mirror: [] }],
  ["another architecture", { ...recipe, architecture: "arm64" }],
  ["another suite", { ...recipe, suite: "trixie" }],
  ["another script", { ...recipe, scripts: recipe.scripts.with(0, "#!/bin/sh\n") }],
  ["other names in the certificate", { ...recipe, sites: ["DNS:x.example"] }],
])("%s makes another key", (_, changed) => {
  expect(recipeKey("debian", changed)).not.toBe(recipeKey("debian", recipe));
});

test("the old server's image stands on the Debian one, so a change there changes its key", () => {
  const sysv = recipeOf("sysv", "amd64");
  expect(sysv.scripts).toEqual(expect.arrayContaining([...recipe.scripts]));
  expect(sysv.scripts.length).toBe(recipe.scripts.length + 1);
});

test("what the mirror must have beyond the image is not in the image", () => {
  for (const name of ["hello", "tree", "keepalived", "conntrackd", "tcpdump"] as const) {
    expect(mirrorPackages).toContain(name);
    expect(recipe.packages).not.toContain(name);
  }
});
