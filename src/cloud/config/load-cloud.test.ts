import { inspect } from "node:util";
import { expect, test } from "vitest";
import { testCertificate, testKey } from "../testing/certificate.ts";
import { entry, login, otc, problemOf, sources } from "../testing/cloud-files.ts";
import { secretsOf, whereIs } from "./cloud-config.ts";
import { cloudNames, loadCloud } from "./load-cloud.ts";

const huawei = `clouds:
  huawei:
    profile: huaweicloud
    auth:
      ak: AK-1
      sk: SK-1
      project_name: cn-north-4_demo
`;

test("for Huawei Cloud an access key and a project name, which begins with the region, give the rest", () => {
  expect(loadCloud("huawei", sources({ "/project/clouds.yaml": huawei }))).toMatchObject({
    profile: "huaweicloud",
    authUrl: "https://iam.cn-north-4.myhuaweicloud.com/v3",
    region: "cn-north-4",
    project: { name: "cn-north-4_demo" },
    credentials: { kind: "access-key" },
  });
});

test("an entry of OTC's own documentation is enough: profile and project name give the rest", () => {
  const config = loadCloud("otc", sources({ "/project/clouds.yaml": otc }));
  expect(config).toMatchObject({
    name: "otc",
    source: "/project/clouds.yaml",
    profile: "otc",
    authUrl: "https://iam.eu-nl.otc.t-systems.com/v3",
    region: "eu-nl",
    interface: "public",
    tls: { verify: true },
    project: { name: "eu-nl_demo", domain: { name: "OTC00000000001000000001" } },
    credentials: { kind: "password", user: { name: "alice", domain: { name: "OTC00000000001000000001" } } },
  });
  expect(secretsOf(config).map((secret) => secret.reveal())).toEqual(["correct horse"]);
});

test("no way of printing a configuration shows its secrets", () => {
  const config = loadCloud("otc", sources({ "/project/clouds.yaml": otc }));
  expect(JSON.stringify(config) + inspect(config, { depth: 9, showHidden: true })).not.toContain("horse");
});

test("the first file that exists is taken whole, in the openstack client's order", () => {
  const places = [
    "/named/by/variable.yaml",
    "/project/clouds.yaml",
    "/project/clouds.yml",
    "/project/clouds.json",
    "/home/me/.config/openstack/clouds.yaml",
    "/etc/openstack/clouds.yaml",
  ];
  for (let first = 0; first < places.length; first += 1) {
    const files = Object.fromEntries(
      places.slice(first).map((path, at) => [path, otc.replace("alice", `user-${first + at}`)]),
    );
    const config = loadCloud("otc", sources(files, { OS_CLIENT_CONFIG_FILE: "/named/by/variable.yaml" }));
    expect(config.source).toBe(places[first]);
    expect(config.credentials).toMatchObject({ user: { name: `user-${first}` } });
  }
});

test("secure.yaml is laid over clouds.yaml key by key, wherever it lies", () => {
  const files = {
    "/project/clouds.yaml": otc.replace("      password: correct horse\n", ""),
    "/home/me/.config/openstack/secure.yaml": "clouds: {otc: {auth: {password: from the safe}}}",
  };
  const config = loadCloud("otc", sources(files));
  expect(config.credentials).toMatchObject({ kind: "password", user: { name: "alice" } });
  expect(secretsOf(config)[0]?.reveal()).toBe("from the safe");
  const moved = sources(
    { ...files, "/safe.yaml": "clouds: {otc: {auth: {password: another}}}" },
    { OS_CLIENT_SECURE_FILE: "/safe.yaml" },
  );
  expect(secretsOf(loadCloud("otc", moved))[0]?.reveal()).toBe("another");
});

test.each([
  [
    "the password",
    otc.replace("      password: correct horse\n", ""),
    "clouds: {otc: {auth: {password: safe-1}}}",
    "otc (/project/clouds.yaml; password from /project/secure.yaml)",
  ],
  [
    "what stands beside auth",
    otc,
    "clouds: {otc: {username: bob, password: safe-1, verify: false}}",
    "otc (/project/clouds.yaml; username, password from /project/secure.yaml)",
  ],
  ["nothing of the login", otc, "clouds: {otc: {verify: false}}", "otc (/project/clouds.yaml)"],
  ["the whole entry", "clouds: {}", otc, "otc (/project/secure.yaml)"],
])("where a cloud is, is told with what secure.yaml has of it: %s", (_, clouds, secure, where) => {
  const files = { "/project/clouds.yaml": clouds, "/project/secure.yaml": secure };
  expect(whereIs(loadCloud("otc", sources(files)))).toBe(where);
});

test("without a name: OS_CLOUD, then the OS_* variables, then the only cloud", () => {
  const two = `${otc}  other:\n    auth: {auth_url: "https://keystone.example", token: abc-def}\n`;
  const account = {
    OS_AUTH_URL: "https://iam.eu-de.otc.t-systems.com/v3",
    OS_USERNAME: "bob",
    OS_PASSWORD: "b-word",
    OS_USER_DOMAIN_NAME: "OTC1",
    OS_TENANT_NAME: "eu-de_x",
  };
  expect(loadCloud(undefined, sources({ "/project/clouds.yaml": otc })).name).toBe("otc");
  expect(loadCloud(undefined, sources({ "/project/clouds.yaml": two }, { OS_CLOUD: "other" })).name).toBe(
    "other",
  );
  const fromVariables = loadCloud(undefined, sources({ "/project/clouds.yaml": two }, account));
  expect(fromVariables).toMatchObject({
    name: "envvars",
    source: "OS_* variables",
    project: { name: "eu-de_x" },
    credentials: { user: { name: "bob" } },
  });
  expect(loadCloud("mine", sources({}, { ...account, OS_CLOUD_NAME: "mine" })).name).toBe("mine");
  expect(
    problemOf(undefined, sources({ "/project/clouds.yaml": two }, { OS_REGION_NAME: "eu-de" })).summary,
  ).toBe("no cloud is chosen, and there is more than one");
  expect(cloudNames(sources({ "/project/clouds.yaml": two }, account))).toEqual(["otc", "other", "envvars"]);
});

test("a misspelt cloud is answered with the nearest one, file and line", () => {
  const problem = problemOf("otcc", sources({ "/project/clouds.yaml": `# mine\n${otc}` }));
  expect(problem.code).toBe("cloud/config");
  expect(problem.summary).toBe("no cloud otcc; did you mean otc?");
  expect(problem.detail).toContain("/project/clouds.yaml:2:1");
});

test("where there is nothing at all, the places that were looked at are named", () => {
  const problem = problemOf("otc", sources({}));
  expect(problem.detail).toContain("/home/me/.config/openstack/clouds.yaml");
  expect(problem.hint).toContain("OS_AUTH_URL");
});

test("access keys are taken from either level of an entry, and from variables in their order", () => {
  const keyOf = (text: string, env: Readonly<Record<string, string>> = {}): readonly string[] => {
    const config = loadCloud(undefined, sources(text === "" ? {} : { "/project/clouds.yaml": text }, env));
    return [config.credentials.kind, ...secretsOf(config).map((secret) => secret.reveal())];
  };
  const base = "profile: otc\nregion_name: eu-de\n";
  expect(keyOf(entry(`${base}ak: A-1\nsk: S-1`))).toEqual(["access-key", "A-1", "S-1"]);
  expect(keyOf(entry(`${base}auth: {ak: A-2, sk: S-2, security_token: T-2}`))).toEqual([
    "access-key",
    "A-2",
    "S-2",
    "T-2",
  ]);
  const env = { OS_AUTH_URL: "https://iam.eu-de.otc.t-systems.com/v3", OS_PROJECT_NAME: "eu-de" };
  const own = { OS_ACCESS_KEY: "A-3", OS_SECRET_KEY: "S-3" };
  const aws = { AWS_ACCESS_KEY_ID: "A-4", AWS_ACCESS_SECRET_KEY: "S-4" };
  expect(keyOf("", { ...env, ...own })).toEqual(["access-key", "A-3", "S-3"]);
  expect(keyOf("", { ...env, ...own, ...aws })).toEqual(["access-key", "A-4", "S-4"]);
  const user = { OS_USERNAME: "u", OS_PASSWORD: "pw-pw", OS_USER_DOMAIN_NAME: "d" };
  expect(keyOf("", { ...env, ...user, ...aws })).toEqual(["password", "pw-pw"]);
  // Keys for an S3 bucket alone are not an account of this cloud.
  expect(cloudNames(sources({}, aws))).toEqual([]);
});

test("certificates are read, with ~ and relative paths, and the private key is a secret", () => {
  const files = {
    "/project/clouds.yaml": entry(`${login}\ncacert: ~/ca.pem\ncert: me.pem\nkey: /me.key\nverify: yes`),
    "/home/me/ca.pem": testCertificate,
    "/project/me.pem": testCertificate,
    "/me.key": testKey,
  };
  const config = loadCloud("x", sources(files));
  expect(config.tls).toMatchObject({ verify: true, ca: testCertificate, cert: testCertificate });
  expect(config.tls.key?.reveal()).toBe(testKey);
  expect(JSON.stringify(config)).not.toContain("PRIVATE");
});

test("anchors and merge keys work, and keys without a value count as absent", () => {
  const text = `base: &base\n  ${login}\n  region_name:\nclouds:\n  x:\n    <<: *base\n    endpoint_type: internalURL\n`;
  const config = loadCloud("x", sources({ "/project/clouds.yaml": text }));
  expect(config).toMatchObject({ authUrl: "https://k.example/v3", interface: "internal" });
  expect(config.region).toBeUndefined();
});

test("overrides of endpoints and an auth_url in any usual spelling are understood", () => {
  const urlOf = (url: string): string =>
    loadCloud("x", sources({ "/project/clouds.yaml": entry(login.replace("https://k.example/v3", url)) }))
      .authUrl;
  expect(urlOf("https://k.example")).toBe("https://k.example/v3");
  expect(urlOf("https://k.example/identity/")).toBe("https://k.example/identity/v3");
  expect(urlOf("https://k.example/v2.0")).toBe("https://k.example/v3");
  expect(urlOf("http://127.0.0.1:5000/v3/")).toBe("http://127.0.0.1:5000/v3");
  const env = {
    OS_AUTH_URL: "https://k.example",
    OS_TOKEN: "tok-tok",
    OS_NETWORK_ENDPOINT_OVERRIDE: "https://n.example/v2.0",
    OS_INSECURE: "true",
    OS_PROFILE: "otc",
  };
  expect(loadCloud(undefined, sources({}, env))).toMatchObject({
    endpoints: { network: "https://n.example/v2.0" },
    tls: { verify: false },
    profile: "otc",
    credentials: { kind: "token" },
  });
});
