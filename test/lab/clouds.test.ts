/** `wayout clouds` and `--debug` as a user runs them, against a lab's API. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLab } from "../../src/lab/client/labs.ts";
import { placesOf } from "../../src/lab/client/places.ts";
import { gatewayFile } from "./gateway-file.ts";
import { type Ended, must, run, wayout, wayoutPath } from "./wayout-command.ts";

const lab = "test-clouds";
const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
const file = gatewayFile();
let secret = "";

/** In a folder and with variables of the test's own. */
function clouds(env: Readonly<Record<string, string>>, ...words: readonly string[]): Promise<Ended> {
  const variables = Object.entries({ HOME: folder, XDG_CONFIG_DIRS: folder, ...env }).map(
    ([key, value]) => `${key}=${value}`,
  );
  return run("env", "-C", folder, ...variables, wayoutPath, "clouds", ...words);
}

beforeAll(async () => {
  await must("lab", "up", "--fabric", "none", "--name", lab);
  const { cloud, apiUrl } = await openLab(lab);
  secret = cloud.auth.password;
  const { password: _, ...auth } = cloud.auth;
  const entry = { ...cloud, auth };
  writeFileSync(
    join(folder, "clouds.yaml"),
    JSON.stringify({
      clouds: {
        mine: entry,
        wrong: { ...entry, auth: { ...auth, password: "not-the-passw0rd" } },
        deaf: { ...entry, ecs_endpoint_override: "http://127.0.0.1:9" },
        loose: { ...entry, verify: false, auth: { ...auth, password: secret } },
        half: { profile: "otc", auth: { auth_url: apiUrl } },
      },
    }),
  );
  writeFileSync(
    join(folder, "secure.yaml"),
    JSON.stringify({
      clouds: { mine: { auth: { password: secret } }, deaf: { auth: { password: secret } } },
    }),
  );
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  rmSync(folder, { recursive: true });
  file.remove();
});

test("each cloud is told with where it stands, how it logs in, and which driver is taken because of what", async () => {
  const { code, stdout } = await clouds({}, "mine");
  expect(code).toBe(0);
  expect(stdout).toContain(`${join(folder, "clouds.yaml")}:1:`);
  expect(stdout).toContain(`with ${join(folder, "secure.yaml")}:1:`);
  expect(stdout).toMatch(/login +a password of lab at http:\/\/127\.0\.0\.1:\d+\/v3/);
  expect(stdout).toContain("Open Telekom Cloud, because profile is otc");
  expect(stdout).not.toContain(secret);
});

test("--check logs in, and says the project, the end of the token, and each service with its address", async () => {
  const { code, stdout, stderr } = await clouds({}, "--check", "--json", "--debug", "mine");
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    clouds: [
      {
        name: "mine",
        ok: true,
        credentials: { kind: "password", user: "lab" },
        login: {
          tokenExpiresAt: expect.stringMatching(/^20\d\d-/),
          services: ["vpc", "network", "ecs"].map((service) => ({
            service,
            ok: true,
            url: expect.stringMatching(/^http/),
          })),
        },
      },
    ],
  });
  expect(stderr).toMatch(
    /^debug: POST http:\/\/127\.0\.0\.1:\d+\/v3\/auth\/tokens -> 201, \d+ ms, request id \S+$/m,
  );
  expect(stderr.match(/^debug: /gm)).toHaveLength(4);
  expect(stdout + stderr).not.toContain(secret);
});

test("a wrong password, a service that is not there and an entry that is not whole are each told, and the exit is 1", async () => {
  const { code, stdout } = await clouds({}, "--check", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    clouds: [
      { name: "mine", ok: true },
      {
        name: "wrong",
        ok: false,
        problem: { code: "cloud/unauthorized", hint: expect.stringMatching(/\w/) },
      },
      {
        name: "deaf",
        ok: false,
        login: {
          services: [
            { ok: true },
            { ok: true },
            { service: "ecs", ok: false, problem: { code: "cloud/unavailable" } },
          ],
        },
      },
      { name: "loose", ok: true },
      {
        name: "half",
        ok: false,
        problem: { code: "cloud/config", detail: expect.stringContaining("clouds.yaml:1:") },
      },
    ],
  });
  expect(stdout).not.toMatch(new RegExp(`${secret}|not-the-passw0rd`));
});

test("the variables' cloud, a name that is not there, and nothing at all", async () => {
  const { cloud } = await openLab(lab);
  const { auth } = cloud;
  const env = {
    OS_AUTH_URL: auth.auth_url,
    OS_USERNAME: auth.username,
    OS_PASSWORD: secret,
    OS_PROJECT_NAME: auth.project_name,
    OS_USER_DOMAIN_NAME: auth.user_domain_name,
    OS_PROFILE: "otc",
  };
  const found = await clouds(env, "--check", "envvars");
  expect(found.code, found.stdout + found.stderr).toBe(0);
  expect(found.stdout).toContain("OS_* variables are set");
  expect(await clouds({}, "mien")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("did you mean mine?"),
  });
  const empty = mkdtempSync(join(tmpdir(), "wayout-test-"));
  try {
    const none = await run("env", "-C", empty, `HOME=${empty}`, wayoutPath, "clouds");
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining(join(empty, "clouds.yaml")) });
  } finally {
    rmSync(empty, { recursive: true });
  }
});

test("a cloud whose certificates are not checked is warned of at each run", async () => {
  writeFileSync(
    join(folder, "wayout.yaml"),
    "cloud: loose\ngateways:\n  - {name: egress, vpc: vpc-demo, proxies: [ecs-proxy], subnets: [subnet-app]}\nprobes: {}\n",
  );
  const planned = await run("env", "-C", folder, `HOME=${folder}`, wayoutPath, "plan", "--json");
  expect(JSON.parse(planned.stdout)).toHaveProperty("summary");
  expect(planned.stderr).toContain("warning: certificates of cloud loose are not checked");
});

test("--debug tells each call of a plan on stderr; neither it nor the journal has a secret", async () => {
  const { stdout, stderr } = await wayout("plan", "--debug", "--json", "--file", file.path, "--lab", lab);
  expect(JSON.parse(stdout)).toHaveProperty("summary");
  expect(stderr).toMatch(/^.*debug: GET http\S+\/v2\.0\/ports\?limit=1000 -> 200, \d+ ms, request id \S+$/m);
  const journal = join(placesOf(lab).run, "journal");
  const kept = readdirSync(journal).map((name) => readFileSync(join(journal, name), "latin1"));
  expect(kept.length).toBeGreaterThan(0);
  expect([stdout, stderr, ...kept].join("\n")).not.toContain(secret);
});
