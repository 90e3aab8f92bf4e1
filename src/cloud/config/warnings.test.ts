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

test.each([
  ["verfy: false", "verfy of cloud x does nothing: did you mean verify?"],
  ["Verify: false", "Verify of cloud x does nothing: did you mean verify?"],
  ["insecur: true", "insecur of cloud x does nothing: did you mean insecure?"],
  ["ca_cert: ca.pem", "ca_cert of cloud x does nothing: did you mean cacert?"],
  ["region-nam: eu-de", "region-nam of cloud x does nothing: did you mean region_name?"],
  ["auth_typ: token", "auth_typ of cloud x does nothing: did you mean auth_type?"],
  ["profil: otc", "profil of cloud x does nothing: did you mean profile?"],
  ["interfaces: internal", "interfaces of cloud x does nothing: did you mean interface?"],
  [
    "vpc_endpoint_overide: https://vpc.example",
    "vpc_endpoint_overide of cloud x does nothing: did you mean vpc_endpoint_override?",
  ],
  [
    "object_store_endpont_override: https://s3.example",
    "object_store_endpont_override of cloud x does nothing: did you mean object_store_endpoint_override?",
  ],
])("a misspelt key (%s) is told with its place", (line, says) => {
  const files = { "/project/clouds.yaml": entry(`${login}\n${line}`) };
  expect(warningsOf(loadCloud("x", sources(files)))).toEqual([`/project/clouds.yaml:4:5: ${says}`]);
});

test("a misspelt key of auth that nothing else misses is told too", () => {
  const files = { "/project/clouds.yaml": entry(login.replace("project_name", "project_nam")) };
  expect(warningsOf(loadCloud("x", sources(files)))).toEqual([
    expect.stringMatching(
      /^\/project\/clouds\.yaml:3:\d+: auth\.project_nam .* did you mean project_name\?$/,
    ),
  ]);
});

test.each([
  "regions: [eu-de]",
  "vpc_endpoint: https://vpc.example",
  "compute_interface: internal",
  "network_region_name: eu-nl",
  "compute_api_version: 2",
  "auth_plugin: password",
  "default_interface: public",
  "private: true",
  "region: eu-de",
  "wayout_driver: otc",
  "x_owner: me",
  "project-domain-name: d",
  "verify: true\nverfy: true",
])("a key that is known, or like none, is no mistake: %s", (lines) => {
  const files = { "/project/clouds.yaml": entry(`${login}\n${lines}`) };
  expect(warningsOf(loadCloud("x", sources(files)))).toEqual([]);
});

test("the keys of openstacksdk's other ways to log in are no mistakes", () => {
  const others = "{trust_id: t, auth_methods: [v3password], url: u, scope: s, target_domain_id: i}";
  const files = { "/project/clouds.yaml": entry(login.replace(/}$/, `, ${others.slice(1)}`)) };
  expect(warningsOf(loadCloud("x", sources(files)))).toEqual([]);
});
