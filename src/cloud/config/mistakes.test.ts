/** What is wrong with settings is told with its place, before anything is sent. */
import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { testCertificate, testKey } from "../testing/certificate.ts";
import { entry, login, otc, problemOf, sources } from "../testing/cloud-files.ts";

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
    "an application credential that is asked for, with neither id nor secret",
    entry("auth_type: v3applicationcredential"),
    /auth\.application_credential_id: is missing; auth_type asks for it, and for application_credential_secret$/,
    ":2:3",
  ],
  [
    "an application credential's name without its secret",
    entry("auth_type: v3applicationcredential\nauth: {application_credential_name: wayout}"),
    /auth\.application_credential_secret: is missing; its name is not enough$/,
    ":4:5",
  ],
  [
    "an application credential's id without its secret",
    entry("auth: {application_credential_id: i}"),
    /auth\.application_credential_secret: is missing; its id is not enough$/,
    ":3:5",
  ],
  [
    "a misspelt username",
    entry("profile: otc\nauth:\n  usrname: u\n  pasword: pw-pw"),
    /auth\.username: is missing; line 5 has usrname; did you mean username\?$/,
    "/project/clouds.yaml:5:7: is missing; line 5 has usrname",
  ],
  [
    "a misspelt password",
    entry("profile: otc\nauth:\n  username: u\n  pasword: pw-pw"),
    /auth\.password: is missing; line 6 has pasword; did you mean password\?$/,
    ":6:7",
  ],
  [
    "a misspelt password beside auth",
    entry("profile: otc\nPassword: pw-pw\nauth: {username: u}"),
    /auth\.password: is missing; line 4 has Password; did you mean password\?$/,
    ":4:5",
  ],
  [
    "half of an access key in capitals",
    entry("profile: otc\nauth:\n  ak: a\n  Sk: pw-pw"),
    /auth\.sk: is missing; line 6 has Sk; did you mean sk\?$/,
    ":6:7",
  ],
  [
    "a misspelt token, so that a user is asked for",
    entry("profile: otc\nauth:\n  tokn: pw-pw"),
    /auth\.username: is missing; line 5 has tokn; did you mean token\?$/,
    ":5:7",
  ],
  [
    "a misspelt auth",
    entry("profile: otc\nauht: {username: u, password: pw-pw}"),
    /auth\.username: is missing; line 4 has auht; did you mean auth\?$/,
    ":4:5",
  ],
  [
    "a misspelt auth_url",
    entry("auth:\n  auth-ulr: https://k.example\n  token: pw-pw"),
    /auth\.auth_url: is missing; line 4 has auth-ulr; did you mean auth_url\?$/,
    ":4:7",
  ],
  [
    "a key that openstacksdk knows, near to the one that is missing",
    entry("profile: otc\nauth: {username: u, passcode: '123456'}"),
    /auth\.password: is missing; a user needs one$/,
    ":4:5",
  ],
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
  [
    "an entry that is a list",
    "clouds:\n  x: [1]",
    /^cloud x: expected keys with values, found a list$/,
    ":2:3",
  ],
  [
    "an entry that is a word",
    "clouds:\n  x: pw-pw",
    /^cloud x: expected keys with values, found text$/,
    ":2:3",
  ],
  ["an entry of nothing", "clouds:\n  x:", /^cloud x: expected keys with values, found nothing$/, ":2:3"],
  [
    "auth that is a list",
    entry("auth: [pw-pw]"),
    /^cloud x: auth: expected keys with values, found a list$/,
    ":3:5",
  ],
  ["clouds that is a list", "clouds: [x]", /"clouds" .* is not a mapping/, ":1:1"],
  ["a file that is a word", "hello", /does not describe clouds/, ":1:1"],
  ["a key given twice", entry("auth: {}\nauth: {}"), /is not valid YAML/, ":4:5"],
  ["broken YAML", 'clouds:\n  x: {password: "pw-pw', /is not valid YAML/, ':2:17: " is not closed'],
  [
    "a quote that is not closed",
    entry("auth:\n  username: u\n  password: 'pw-pw\nregion_name: r"),
    /is not valid YAML/,
    ":5:17: ' is not closed",
  ],
  [
    "a quote that is not closed before another one",
    entry('auth:\n  username: "u\n  password: "pw-pw"\nregion_name: r'),
    /is not valid YAML/,
    ':4:17: " is not closed',
  ],
  [
    "a list that is not closed",
    entry("regions: [a, [b], c\nauth: {username: u}"),
    /is not valid YAML/,
    ":3:14: [ is not closed",
  ],
  [
    "a mapping that is not closed",
    entry("auth: {username: u, password: pw-pw"),
    /is not valid YAML/,
    ":3:11: { is not closed",
  ],
  [
    "a closed list that is not indented",
    "clouds:\n  x:\n    regions: [a,\nb]\n",
    /is not valid YAML/,
    ":3:14: [ is not closed (what belongs to it has to be indented)",
  ],
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

test("a misspelt key of secure.yaml is named with that file", () => {
  const files = {
    "/project/clouds.yaml": otc.replace("      password: correct horse\n", ""),
    "/project/secure.yaml": "clouds:\n  otc:\n    auth:\n      pasword: pw-pw\n",
  };
  expect(problemOf("otc", sources(files))).toMatchObject({
    summary: "cloud otc: auth.password: is missing; line 4 has pasword; did you mean password?",
    detail: expect.stringMatching(/^\/project\/secure\.yaml:4:7: /),
  });
});

test("a mistake in the variables names the variable, one in secure.yaml that file", () => {
  const env = { OS_AUTH_URL: "https://k.example", OS_USERNAME: "u", OS_USER_DOMAIN_NAME: "d" };
  expect(problemOf(undefined, sources({}, env))).toMatchObject({
    detail: expect.stringContaining("variable OS_PASSWORD"),
    hint: "Set OS_PASSWORD.",
  });
  const { OS_AUTH_URL: _, ...withoutUrl } = { ...env, OS_PASSWORD: "pw-pw" };
  expect(problemOf("envvars", sources({ "/project/clouds.yaml": otc }, withoutUrl)).hint).toMatch(
    /^Set OS_AUTH_URL, or OS_PROFILE to one of otc, .* and OS_REGION_NAME\.$/,
  );
  const files = {
    "/project/clouds.yaml": otc,
    "/project/secure.yaml": "clouds:\n  otc:\n    auth: {password: [1]}",
  };
  expect(problemOf("otc", sources(files)).detail).toContain("/project/secure.yaml:3:12");
});

const anotherKey = generateKeyPairSync("ec", {
  namedCurve: "P-256",
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
}).privateKey;

test.each([
  ["cacert", "ca.pem holds no certificate", { "/project/ca.pem": "pw-pw" }],
  ["cert", "me.pem holds no certificate", { "/project/me.pem": "pw-pw" }],
  ["key", "me.key holds no key of its certificate", { "/project/me.key": "pw-pw" }],
  ["key", "me.key holds no key of its certificate", { "/project/me.key": anotherKey }],
])("a %s that cannot be one is told before anything is sent", (key, what, wrong) => {
  const files = {
    "/project/clouds.yaml": entry(`${login}\ncacert: ca.pem\ncert: me.pem\nkey: me.key`),
    "/project/ca.pem": testCertificate,
    "/project/me.pem": testCertificate,
    "/project/me.key": testKey,
    ...wrong,
  };
  const problem = problemOf("x", sources(files));
  expect(problem).toMatchObject({ code: "cloud/config", summary: `cloud x: ${key}: ${what}` });
  expect(JSON.stringify(problem)).not.toMatch(/pw-pw|PRIVATE/);
});
