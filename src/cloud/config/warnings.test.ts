import { expect, test } from "vitest";
import { loadCloud } from "./load-cloud.ts";
import { warningsOf } from "./warnings.ts";

const clouds = (profile: string) => `clouds:
  mine:
    profile: ${profile}
    auth:
      auth_url: https://identity.example/v3
      username: alice
      password: correct horse
      project_name: demo
      user_domain_name: d
`;

function warnings(profile: string, publicClouds = ""): readonly string[] {
  const files: Readonly<Record<string, string>> = {
    "/project/clouds.yaml": clouds(profile),
    "/project/clouds-public.yaml": publicClouds,
  };
  const readFile = (path: string) => files[path] || undefined;
  return warningsOf(loadCloud("mine", { env: {}, cwd: "/project", home: "/home/me", readFile }));
}

test.each([
  ["hauweicloud", "did you mean huaweicloud?"],
  ["ovh", "there is huaweicloud, otc, otc-swiss"],
])("a profile %s that is not known is said to add nothing", (profile, hint) => {
  expect(warnings(profile)).toEqual([`profile ${profile} of cloud mine adds nothing: ${hint}`]);
});

test("a known profile, and one of the user's own, are no reason for a warning", () => {
  expect(warnings("otc")).toEqual([]);
  expect(warnings("ovh", "public-clouds:\n  ovh:\n    auth: { auth_url: https://ovh.example/v3 }\n")).toEqual(
    [],
  );
});
