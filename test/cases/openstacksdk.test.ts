/**
 * Wayout finds and merges clouds as openstacksdk does: the same folders and variables through both, and the same answer.
 * Needs Debian's python3-openstacksdk, which `npm test` installs.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import type { CloudConfig, DomainName } from "../../src/cloud/config/cloud-config.ts";
import { cloudNames, loadCloud } from "../../src/cloud/config/load-cloud.ts";

const root = mkdtempSync(join(tmpdir(), "wayout-test-"));
afterAll(() => rmSync(root, { recursive: true }));

interface Case {
  readonly says: string;
  /** Below the case's own folder; HERE in a text or variable is that folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cloud?: string;
}

const login = (user: string): string =>
  `{auth_url: "https://k.example/v3", username: ${user}, password: pw-${user}, project_name: p, user_domain_name: d, project_domain_name: e}`;
const clouds = (entries: string): string => `clouds:\n${entries.replace(/^/gm, "  ")}\n`;
const one = (user: string, more = ""): string => clouds(`x:\n  auth: ${login(user)}\n${more}`);
const account = {
  OS_AUTH_URL: "https://v.example/v3",
  OS_USERNAME: "v",
  OS_PASSWORD: "pw-v",
  OS_PROJECT_NAME: "vp",
  OS_USER_DOMAIN_NAME: "vd",
  OS_PROJECT_DOMAIN_NAME: "ve",
};
const { OS_AUTH_URL: _, ...withoutUrl } = account;
const otc = (lines: string): string =>
  clouds(`otc:\n  profile: otc\n  auth: {username: u, password: pw-u, user_domain_name: OTC1}\n${lines}`);
const places = [
  "project/clouds.yaml",
  "project/clouds.yml",
  "project/clouds.json",
  "xdg/openstack/clouds.yaml",
].concat("home/.config/openstack/clouds.yaml", "xdg-site/openstack/clouds.yaml");
/** JSON is YAML, but not the other way round. */
const asJsonOf = (text: string): string => JSON.stringify(parse(text));

const cases: readonly Case[] = [
  ...places.map((place, first) => ({
    says: `${place} is the first that exists`,
    files: Object.fromEntries(
      places.slice(first).map((path) => [path, one(`u${places.indexOf(path)}`)] as const),
    ),
    cloud: "x",
  })),
  {
    says: "the file of OS_CLIENT_CONFIG_FILE comes before all of them",
    files: { "named.yaml": one("named"), "project/clouds.yaml": one("near") },
    env: { OS_CLIENT_CONFIG_FILE: "HERE/named.yaml" },
  },
  {
    says: "a file of OS_CLIENT_CONFIG_FILE that is not there is passed over",
    files: { "project/clouds.yaml": one("near") },
    env: { OS_CLIENT_CONFIG_FILE: "HERE/none.yaml" },
  },
  {
    says: "secure.yaml of another place is laid over it, key by key",
    files: {
      "project/clouds.yaml": one("near"),
      "home/.config/openstack/secure.yaml": "clouds: {x: {auth: {password: from the safe}, region_name: r1}}",
    },
  },
  {
    says: "the file of OS_CLIENT_SECURE_FILE comes before every other secure.yaml",
    files: {
      "project/clouds.yaml": one("near"),
      "project/secure.yaml": "clouds: {x: {auth: {password: near}}}",
      "safe.yaml": "clouds: {x: {auth: {password: named}}}",
    },
    env: { OS_CLIENT_SECURE_FILE: "HERE/safe.yaml" },
  },
  { says: "a cloud of secure.yaml alone", files: { "project/secure.yaml": one("safe") }, cloud: "x" },
  {
    says: "the only cloud is taken",
    files: { "project/clouds.yaml": one("only") },
  },
  {
    says: "OS_CLOUD comes before the variables",
    files: { "project/clouds.yaml": clouds(`a:\n  auth: ${login("a")}\nb:\n  auth: ${login("b")}`) },
    env: { ...account, OS_CLOUD: "b" },
  },
  {
    says: "the variables come before the only cloud",
    files: { "project/clouds.yaml": one("f") },
    env: account,
  },
  { says: "the variables alone", env: account },
  {
    says: "the variables' cloud by its name",
    files: { "project/clouds.yaml": one("f") },
    env: account,
    cloud: "envvars",
  },
  {
    says: "the variables' cloud by another name",
    env: { ...account, OS_CLOUD_NAME: "mine" },
    cloud: "mine",
  },
  {
    says: "a cloud of the file, whatever the variables",
    files: { "project/clouds.yaml": one("f") },
    env: account,
    cloud: "x",
  },
  {
    says: "selectors and variables of test runs are no account",
    files: { "project/clouds.yaml": one("f") },
    env: { OS_REGION_NAME: "r", OS_TEST_PATH: "t", OS_STDOUT_CAPTURE: "1", OS_LOG_CAPTURE: "1" },
  },
  {
    says: "the file and the variables with one name",
    files: { "project/clouds.yaml": clouds(`envvars:\n  auth: ${login("f")}`) },
    env: account,
  },
  { says: "a name that is not there", files: { "project/clouds.yaml": one("f") }, cloud: "y" },
  { says: "profile otc with a region", files: { "project/clouds.yaml": otc("  region_name: eu-nl") } },
  { says: "profile otc without a region", files: { "project/clouds.yaml": otc("  interface: internal") } },
  {
    says: "the older word for profile",
    files: { "project/clouds.yaml": otc("").replace("profile", "cloud") },
  },
  {
    says: "an auth_url above the profile's",
    files: {
      "project/clouds.yaml": otc("").replace("{username", "{auth_url: https://i.example/v3, username"),
    },
  },
  {
    says: "a profile of clouds-public.yaml",
    files: {
      "project/clouds.yaml": otc("").replace("profile: otc", "profile: ours"),
      "home/.config/openstack/clouds-public.yaml":
        'public-clouds: {ours: {auth: {auth_url: "https://{region_name}.ours.example/v3", project_domain_name: pd}, regions: [r7], interface: internal}}',
    },
  },
  // With OS_AUTH_URL beside it they take the profile's; here the nearer word wins.
  {
    says: "OS_PROFILE and OS_REGION_NAME",
    env: { ...withoutUrl, OS_PROFILE: "otc", OS_REGION_NAME: "eu-nl" },
  },
  { says: "several regions", files: { "project/clouds.yaml": one("u", "  regions: [r1, r2]") } },
  {
    says: "settings of a region",
    files: {
      "project/clouds.yaml": one(
        "u",
        "  regions: [{name: r1, values: {interface: admin, auth: {project_name: q}}}, r2]",
      ),
    },
  },
  { says: "regions in one text", files: { "project/clouds.yaml": one("u", "  region_name: r1,r2") } },
  {
    says: "a word for the login beside auth",
    files: {
      "project/clouds.yaml": clouds(
        "x:\n  auth: {auth_url: https://k.example/v3, username: u, user_domain_name: d}\n  password: pw-beside\n  project_name: pp\n  project_domain_name: d",
      ),
    },
  },
  {
    says: "tenant for project",
    files: { "project/clouds.yaml": one("u").replace("project_name: p", "tenant_name: t") },
  },
  {
    says: "project wins over tenant",
    files: { "project/clouds.yaml": one("u").replace("project_name: p", "tenant_name: t, project_name: p") },
  },
  {
    says: "hyphens for underscores",
    files: { "project/clouds.yaml": one("u", "  region-name: r1").replace("project_name", "project-name") },
  },
  {
    says: "one domain for both",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "domain_name: both",
      ),
    },
  },
  {
    says: "one domain's id for both",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "domain_id: both",
      ),
    },
  },
  {
    says: "a default domain",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "default_domain_id: dd",
      ),
    },
  },
  {
    says: "ids for names",
    files: {
      "project/clouds.yaml": one("u")
        .replace(/username: u/, "user_id: u1")
        .replace("project_name: p", "project_id: p1"),
    },
  },
  {
    says: "endpoint_type of older files",
    files: { "project/clouds.yaml": one("u", "  endpoint_type: internalURL") },
  },
  {
    says: "endpoint_type wins over interface",
    files: { "project/clouds.yaml": one("u", "  interface: public\n  endpoint_type: admin") },
  },
  {
    says: "endpoints of the user's",
    files: {
      "project/clouds.yaml": one(
        "u",
        "  network_endpoint_override: https://n.example\n  compute_endpoint_override: https://c.example/v2.1",
      ),
    },
  },
  {
    says: "an endpoint by a variable",
    env: { ...account, OS_NETWORK_ENDPOINT_OVERRIDE: "https://n.example" },
  },
  { says: "verify: false", files: { "project/clouds.yaml": one("u", "  verify: false") } },
  {
    says: "insecure wins over verify",
    files: { "project/clouds.yaml": one("u", "  verify: true\n  insecure: true") },
  },
  { says: "OS_INSECURE", env: { ...account, OS_INSECURE: "True" } },
  {
    says: "a certificate authority, and a certificate",
    files: {
      "project/clouds.yaml": one("u", "  cacert: ~/ca.pem\n  cert: ~/me.pem\n  key: ~/me.key"),
      "home/ca.pem": "CA",
      "home/me.pem": "ME",
      "home/me.key": "KEY",
    },
  },
  {
    says: "a token",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: token\n  auth: {auth_url: "https://k.example/v3", token: tok-tok, project_id: p1}',
      ),
    },
  },
  {
    says: "an application credential",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: v3applicationcredential\n  auth: {auth_url: "https://k.example/v3", application_credential_id: a1, application_credential_secret: sss}',
      ),
    },
  },
  {
    says: "a one-time code",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: v3totp\n  auth: {auth_url: "https://k.example/v3", username: u, user_domain_name: d, passcode: "123456", project_name: p, project_domain_name: e}',
      ),
    },
  },
  {
    says: "a token by variables",
    env: {
      OS_AUTH_TYPE: "token",
      OS_AUTH_URL: "https://k.example/v3",
      OS_TOKEN: "tok-tok",
      OS_PROJECT_ID: "p1",
    },
  },
  {
    says: "anchors and merge keys",
    files: {
      "project/clouds.yaml": `base: &base\n  auth: ${login("u")}\nclouds:\n  x:\n    <<: *base\n    region_name: r1\n`,
    },
  },
];

const answerSchema = z.union([
  z.strictObject({ error: z.string() }),
  z.strictObject({
    name: z.string(),
    names: z.array(z.string()),
    source: z.string().nullable(),
    region: z.string().nullable(),
    interface: z.string(),
    auth: z.record(z.string(), z.string()),
    verify: z.union([z.boolean(), z.string()]),
    cert: z.union([z.string(), z.array(z.string())]).nullable(),
    network: z.string().nullable(),
    compute: z.string().nullable(),
  }),
]);

const built = cases.map(({ says, files = {}, env = {}, cloud }, at) => {
  const here = join(root, String(at));
  const filled = (text: string): string => text.replaceAll("HERE", here);
  for (const [path, text] of Object.entries({ "project/.keep": "", "home/.keep": "", ...files })) {
    mkdirSync(dirname(join(here, path)), { recursive: true });
    writeFileSync(join(here, path), path.endsWith(".json") ? asJsonOf(text) : filled(text));
  }
  const own = Object.entries(env).map(([name, value]) => [name, filled(value)]);
  const variables: Record<string, string> = {
    ...Object.fromEntries(own),
    HOME: join(here, "home"),
    XDG_CONFIG_HOME: join(here, "xdg"),
    XDG_CONFIG_DIRS: join(here, "xdg-site"),
  };
  return { says, cloud, cwd: join(here, "project"), env: variables };
});

const asked = built.map(({ cwd, env, cloud }) => ({ cwd, env, cloud: cloud ?? null }));
const program = join(import.meta.dirname, "openstacksdk", "ask.py");
const theirs = z
  .array(answerSchema)
  .parse(
    JSON.parse(
      execFileSync("/usr/bin/python3", [program], { input: JSON.stringify(asked), encoding: "utf8" }),
    ),
  );

test.each(built.map((one, at) => ({ ...one, theirs: theirs[at] })))(
  "$says",
  ({ cwd, env, cloud, theirs }) => {
    const sources = { env, cwd, home: env.HOME ?? "", readFile: readIfThere };
    if (theirs === undefined || "error" in theirs) {
      expect(theirs).toHaveProperty("error");
      expect(() => loadCloud(cloud, sources)).toThrow();
      return;
    }
    const ours = loadCloud(cloud, sources);
    expect(ours.name).toBe(theirs.name);
    expect([...cloudNames(sources)].sort()).toEqual(theirs.names);
    if (ours.source !== "OS_* variables") expect(ours.source).toBe(theirs.source ?? join(cwd, "secure.yaml"));
    expect(ours.region ?? null).toBe(theirs.region);
    expect(ours.interface).toBe(theirs.interface.replace("URL", ""));
    expect(authOf(ours)).toEqual(withoutVersion(theirs.auth));
    expect(ours.tls.verify).toBe(theirs.verify !== false);
    expect(ours.tls.ca).toBe(typeof theirs.verify === "string" ? readIfThere(theirs.verify) : undefined);
    const [cert, key] = [theirs.cert ?? []].flat();
    expect(ours.tls.cert).toBe(cert === undefined ? undefined : readIfThere(cert));
    expect(ours.tls.key?.reveal()).toBe(key === undefined ? undefined : readIfThere(key));
    expect(ours.endpoints.network ?? null).toBe(theirs.network);
    expect(ours.endpoints.compute ?? null).toBe(theirs.compute);
  },
);

/** Our configuration in their words. A login of one's own says where its domain is, whichever key it came from. */
function authOf({ authUrl, credentials, project }: CloudConfig): Readonly<Record<string, string>> {
  const user = "user" in credentials ? credentials.user : undefined;
  const found = {
    auth_url: authUrl.replace(/\/v3$/, ""),
    username: user?.name,
    user_id: user?.id,
    ...domainOf("user", user?.id === undefined ? user?.domain : undefined),
    password: credentials.kind === "password" ? credentials.password.reveal() : undefined,
    passcode: credentials.kind === "passcode" ? credentials.passcode.reveal() : undefined,
    token: credentials.kind === "token" ? credentials.token.reveal() : undefined,
    application_credential_id: credentials.kind === "application-credential" ? credentials.id : undefined,
    application_credential_secret:
      credentials.kind === "application-credential" ? credentials.secret.reveal() : undefined,
    project_name: project?.name,
    project_id: project?.id,
    ...domainOf("project", project?.id === undefined ? project?.domain : undefined),
  };
  return Object.fromEntries(
    Object.entries(found).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function domainOf(
  of: "user" | "project",
  domain: DomainName | undefined,
): Record<string, string | undefined> {
  return { [`${of}_domain_id`]: domain?.id, [`${of}_domain_name`]: domain?.name };
}

/** As they would send it: with ids the domain does not matter, and what is missing comes from the default domain. */
function withoutVersion(auth: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { auth_url = "", default_domain_id, default_domain_name, ...rest } = auth;
  const result: Record<string, string> = {
    ...rest,
    auth_url: auth_url.replace(/\/+$/, "").replace(/\/v3$/, ""),
  };
  for (const of of ["user", "project"] as const) {
    const [id, name] = [`${of}_domain_id`, `${of}_domain_name`];
    const isNamed = result[of === "user" ? "username" : "project_name"] !== undefined;
    if (!isNamed) {
      delete result[id];
      delete result[name];
    } else if (result[id] === undefined && result[name] === undefined) {
      if (default_domain_id !== undefined) result[id] = default_domain_id;
      if (default_domain_name !== undefined) result[name] = default_domain_name;
    }
  }
  return result;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
