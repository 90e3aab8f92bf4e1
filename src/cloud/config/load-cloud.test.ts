import { generateKeyPairSync } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { CloudProblem } from "../errors.ts";
import { testCertificate, testKey } from "../testing/certificate.ts";
import { secretsOf } from "./cloud-config.ts";
import { cloudNames, loadCloud } from "./load-cloud.ts";
import type { ConfigSources } from "./settings-file.ts";

const anotherKey = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

const otc = `clouds:
  otc:
    profile: otc
    auth:
      username: alice
      password: correct horse
      project_name: eu-nl_demo
      user_domain_name: OTC00000000001000000001
`;

const huawei = `clouds:
  huawei:
    profile: huaweicloud
    auth:
      ak: AK-1
      sk: SK-1
      project_name: cn-north-4_demo
`;

function sources(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): ConfigSources {
  return { env, cwd: "/project", home: "/home/me", readFile: (path) => files[path] };
}

function problemOf(name: string | undefined, from: ConfigSources): CloudProblem {
  try {
    loadCloud(name, from);
  } catch (error) {
    if (error instanceof CloudProblem) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

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

const entry = (lines: string): string => `clouds:\n  x:\n${lines.replace(/^/gm, "    ")}\n`;
const login =
  'auth: {auth_url: "https://k.example/v3", username: u, password: pw-pw, user_domain_name: d, project_name: p}';

// Mistake, file, what the summary and the place must say.
const mistakes: readonly (readonly [string, string, RegExp, string])[] = [
  [
    "a password that is a number",
    entry("auth:\n  password: 123456"),
    /auth\.password: expected text.*quotes/,
    ":4:7",
  ],
  ["no user", entry('auth: {auth_url: "https://k.example"}'), /auth\.username: is missing/, ":3:5"],
  [
    "no password",
    entry("profile: otc\nregion_name: eu-de\nauth: {username: u}"),
    /auth\.password: is missing/,
    ":5:5",
  ],
  ["no domain", entry("auth: {username: u, password: pw-pw}"), /auth\.user_domain_name: is missing/, ":3:5"],
  ["half an access key", entry("profile: otc\nak: AK-AK"), /auth\.sk: is missing/, ":2:3"],
  [
    "no auth_url and no profile",
    entry("auth: {username: u, password: pw-pw, user_domain_name: d}"),
    /auth\.auth_url: is missing/,
    ":3:5",
  ],
  [
    "a profile that every object of JavaScript seems to have",
    entry("profile: constructor\nauth: {username: u, password: pw-pw, user_domain_name: d}"),
    /auth\.auth_url: is missing/,
    ":4:5",
  ],
  [
    "an auth_url that is none",
    entry("auth:\n  auth_url: iam.example"),
    /auth\.auth_url: expected a URL/,
    ":4:7",
  ],
  [
    "a login inside of auth_url",
    entry(login.replace("https://", "http://u:Hidden-123@")),
    /auth\.auth_url: holds a login/,
    ":3:12",
  ],
  [
    "a login inside of an endpoint",
    entry(`${login}\nvpc_endpoint_override: https://Hidden-123@vpc.example`),
    /vpc_endpoint_override: holds a login/,
    ":4:5",
  ],
  [
    "credentials in clear text",
    entry(login.replace("https", "http")),
    /auth_url: would send.*unencrypted/,
    ":3:12",
  ],
  ["a way to log in that is not known", entry("auth_type: v3kerberos"), /auth_type: expected one of/, ":3:5"],
  ["Keystone v2", entry("identity_api_version: 2"), /only version 3/, ":3:5"],
  [
    "verify that is neither true nor false",
    entry(`verify: maybe\n${login}`),
    /verify: expected true or false/,
    ":3:5",
  ],
  [
    "a certificate that is not there",
    entry(`${login}\ncacert: ca.pem`),
    /cacert: there is no file ca\.pem/,
    ":4:5",
  ],
  [
    "an endpoint that is none",
    entry(`${login}\nvpc_endpoint_override: x`),
    /vpc_endpoint_override: expected a URL/,
    ":4:5",
  ],
  [
    "an interface that is none",
    entry(`${login}\ninterface: side`),
    /interface: expected public, internal or admin/,
    ":4:5",
  ],
  ["an entry that is a list", "clouds:\n  x: [1]", /expected object/, ":2:3"],
  ["clouds that is a list", "clouds: [x]", /"clouds" .* is not a mapping/, ":1:1"],
  ["a file that is a word", "hello", /does not describe clouds/, ":1:1"],
  ["a key given twice", entry("auth: {}\nauth: {}"), /is not valid YAML/, ":4:5"],
  ["broken YAML", 'clouds:\n  x: {password: "pw-pw', /is not valid YAML/, ":2:"],
  [
    "a password that looks like an alias",
    entry("auth: {password: *pw-pw}"),
    /is not valid YAML|cannot be expanded/,
    "/project/clouds.yaml",
  ],
  ["a password that looks like a tag", entry("auth: {password: !pw-pw x}"), /is not valid YAML/, ":3:"],
  [
    "a YAML bomb",
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\nclouds: {x: [*d,*d]}`,
    /cannot be expanded/,
    "/project/clouds.yaml",
  ],
  ["a huge file", `clouds: {} #${"x".repeat(1_000_000)}`, /too large/, "characters"],
];

test.each(mistakes)("%s is told with its place, and without the password", (_, file, summary, place) => {
  const problem = problemOf("x", sources({ "/project/clouds.yaml": file }));
  expect(problem.code).toBe("cloud/config");
  expect(problem.summary).toMatch(summary);
  expect(problem.detail).toContain(place);
  expect(problem.hint).toMatch(/\w{3}/);
  expect(JSON.stringify(problem)).not.toMatch(/pw-pw|123456|Hidden/);
});

test("a mistake in the variables names the variable, one in secure.yaml that file", () => {
  const env = { OS_AUTH_URL: "https://k.example", OS_USERNAME: "u", OS_USER_DOMAIN_NAME: "d" };
  expect(problemOf(undefined, sources({}, env))).toMatchObject({
    detail: expect.stringContaining("variable OS_PASSWORD"),
    hint: expect.stringContaining("OS_PASSWORD"),
  });
  const files = {
    "/project/clouds.yaml": otc,
    "/project/secure.yaml": "clouds:\n  otc:\n    auth: {password: [1]}",
  };
  expect(problemOf("otc", sources(files)).detail).toContain("/project/secure.yaml:3:12");
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
    "/home/me/ca.pem": "CA",
    "/project/me.pem": testCertificate,
    "/me.key": testKey,
  };
  const config = loadCloud("x", sources(files));
  expect(config.tls).toMatchObject({ verify: true, ca: "CA", cert: testCertificate });
  expect(config.tls.key?.reveal()).toBe(testKey);
  expect(JSON.stringify(config)).not.toContain("PRIVATE");
});

test.each([
  ["cert", "me.pem holds no certificate", { "/project/me.pem": "pw-pw" }],
  ["key", "me.key holds no key of its certificate", { "/project/me.key": "pw-pw" }],
  ["key", "me.key holds no key of its certificate", { "/project/me.key": anotherKey }],
])("a %s that cannot be one is told before anything is sent", (key, what, wrong) => {
  const files = {
    "/project/clouds.yaml": entry(`${login}\ncert: me.pem\nkey: me.key`),
    "/project/me.pem": testCertificate,
    "/project/me.key": testKey,
    ...wrong,
  };
  const problem = problemOf("x", sources(files));
  expect(problem).toMatchObject({ code: "cloud/config", summary: `cloud x: ${key}: ${what}` });
  expect(JSON.stringify(problem)).not.toMatch(/pw-pw|PRIVATE/);
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
