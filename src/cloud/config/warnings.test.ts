import { expect, test } from "vitest";
import { entry, login, sources } from "../testing/cloud-files.ts";
import { loadCloud } from "./load-cloud.ts";
import { warningsOf } from "./warnings.ts";

function warnings(profile: string, publicClouds: Readonly<Record<string, string>> = {}): readonly string[] {
  const files = { "/project/clouds.yaml": entry(`profile: ${profile}\n${login}`), ...publicClouds };
  return warningsOf(loadCloud("x", sources(files)));
}

test.each([
  ["hauweicloud", "did you mean huaweicloud?"],
  ["ovh", "there is huaweicloud, otc, otc-swiss"],
])("a profile %s that is not known is said to add nothing", (profile, hint) => {
  expect(warnings(profile)).toEqual([`profile ${profile} of cloud x adds nothing: ${hint}`]);
});

test("a known profile, and one of the user's own, are no reason for a warning", () => {
  expect(warnings("otc")).toEqual([]);
  const own = "public-clouds:\n  ovh:\n    auth: { auth_url: https://ovh.example/v3 }\n";
  expect(warnings("ovh", { "/project/clouds-public.yaml": own })).toEqual([]);
});
