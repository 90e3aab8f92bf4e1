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
import type { CloudConfig, DomainName } from "../../../src/cloud/config/cloud-config.ts";
import { cloudNames, loadCloud } from "../../../src/cloud/config/load-cloud.ts";

interface Case {
  readonly says: string;
  /** Below the case's own folder; HERE in a text or variable is that folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly cloud?: string;
}

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

/** One test for each case. */
export function sameAsOpenstacksdk(cases: readonly Case[]): void {
  const root = mkdtempSync(join(tmpdir(), "wayout-test-"));
  afterAll(() => rmSync(root, { recursive: true }));
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
  const program = join(import.meta.dirname, "ask.py");
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
      if (ours.source !== "OS_* variables")
        expect(ours.source).toBe(theirs.source ?? join(cwd, "secure.yaml"));
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
}

/** JSON is YAML, but not the other way round. */
const asJsonOf = (text: string): string => JSON.stringify(parse(text));

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
