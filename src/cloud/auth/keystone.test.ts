import { expect, test } from "vitest";
import type { CloudConfig } from "../config/cloud-config.ts";
import { openCloud } from "../open-cloud.ts";
import { Secret } from "../secret.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { configFor, loginsIn, password, startSignedInCloud, tokenReply } from "../testing/signed-in.ts";
import { type Answerer, type Reply, type SeenRequest, startSmallCloud } from "../testing/small-cloud.ts";

const noQuotas: Reply = { status: 200, body: { quotas: { resources: [] } } };
const unauthorized: Reply = {
  status: 401,
  body: {
    error: {
      code: 401,
      title: "Unauthorized",
      message: "The request you have made requires authentication.",
    },
  },
};

function isLogin(request: SeenRequest): boolean {
  return request.url.pathname === "/v3/auth/tokens";
}

test("a token is asked for once and used for many calls, also those that come together", async () => {
  await using server = await startSignedInCloud(() => noQuotas);
  const cloud = openCloud(configFor(server.origin));
  await Promise.all([cloud.quotas(), cloud.quotas(), cloud.quotas()]);
  await cloud.quotas();
  expect(loginsIn(server.seen)).toBe(1);
  const [login, ...calls] = server.seen;
  expect(JSON.parse(login?.body ?? "")).toEqual({
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: "alice", password, domain: { name: "OTC00000000001000000001" } } },
      },
      scope: { project: { name: "eu-de_demo", domain: { name: "OTC00000000001000000001" } } },
    },
  });
  expect(calls.map((call) => call.headers["x-auth-token"])).toEqual(Array(4).fill("token-number-1"));
});

test("calls that a cloud refuses with 401 are made again with one new token, a POST too", async () => {
  let valid = "token-number-1";
  await using server = await startSignedInCloud((request) => {
    if (request.headers["x-auth-token"] !== valid) return unauthorized;
    if (request.method === "POST") {
      return { status: 201, body: { security_group: { id: "sg", name: "n", security_group_rules: [] } } };
    }
    if (request.url.pathname === "/v2.0/security-groups")
      return { status: 200, body: { security_groups: [] } };
    return noQuotas;
  });
  const cloud = openCloud(configFor(server.origin));
  await cloud.quotas();
  valid = "token-number-2";
  await Promise.all(Array.from({ length: 8 }, () => cloud.quotas()));
  expect(loginsIn(server.seen)).toBe(2);
  valid = "token-number-3";
  await cloud.createSecurityGroup({ name: "n", description: "d" });
  expect(loginsIn(server.seen)).toBe(3);
});

test("a refusal that comes late does not end the token that was renewed since", async () => {
  const renewed = Promise.withResolvers<void>();
  let first = true;
  await using server = await startSignedInCloud(async (request) => {
    if (request.headers["x-auth-token"] === "token-number-1") {
      if (!first) await renewed.promise;
      first = false;
      return unauthorized;
    }
    renewed.resolve();
    return noQuotas;
  });
  const cloud = openCloud(configFor(server.origin));
  await Promise.all([cloud.quotas(), cloud.quotas()]);
  expect(loginsIn(server.seen)).toBe(2);
});

test("a cloud that refuses the new token as well is not asked a third time", async () => {
  await using server = await startSignedInCloud(() => unauthorized);
  await expect(openCloud(configFor(server.origin)).quotas()).rejects.toMatchObject({
    code: "cloud/unauthorized",
  });
  expect(loginsIn(server.seen)).toBe(2);
  expect(server.seen).toHaveLength(4);
});

test("a token is renewed before it ends, however wrong the clock here is", async () => {
  let tokens = 0;
  await using server = await startSmallCloud((request) => {
    if (!isLogin(request)) return noQuotas;
    tokens += 1;
    return tokenReply(server.origin, `short-lived-${tokens}`, 600_000);
  });
  const clock = fastClock();
  clock.advance(-40 * 86_400_000);
  const cloud = openCloud(configFor(server.origin), { clock });
  await cloud.quotas();
  clock.advance(530_000);
  await cloud.quotas();
  expect(tokens).toBe(1);
  clock.advance(20_000);
  await cloud.quotas();
  expect(tokens).toBe(2);
});

/** Which projects the user may enter, and what a scoped login gets. */
function keystoneWith(projects: readonly string[], scoped: Reply): Answerer {
  return (request) => {
    if (request.url.pathname === "/v3/auth/projects") {
      return { status: 200, body: { projects: projects.map((name) => ({ name })) } };
    }
    if (!isLogin(request)) return noQuotas;
    if (JSON.parse(request.body).auth.scope !== undefined) return scoped;
    return {
      status: 201,
      headers: { "X-Subject-Token": "unscoped-token" },
      body: { token: { expires_at: "2100-01-01T00:00:00Z" } },
    };
  };
}

test("an unknown project is told apart from a wrong password, with the name that was meant", async () => {
  await using server = await startSmallCloud(keystoneWith(["eu-de_dmeo", "eu-de_other"], unauthorized));
  const call = openCloud(configFor(server.origin)).quotas();
  await expect(call).rejects.toMatchObject({ code: "cloud/config" });
  await expect(call).rejects.toThrow("no project eu-de_demo; did you mean eu-de_dmeo?");
});

test("a wrong password is told without the password, and with the entry to look at", async () => {
  await using server = await startSmallCloud((request) => {
    expect(isLogin(request)).toBe(true);
    return unauthorized;
  });
  const error = await openCloud(configFor(server.origin))
    .quotas()
    .catch((problem: unknown) => problem);
  expect(error).toMatchObject({ code: "cloud/unauthorized", retry: false });
  expect(JSON.stringify(error)).toContain("as alice");
  expect(JSON.stringify(error)).toContain("clouds.yaml");
  expect(JSON.stringify(error)).not.toContain(password);
});

test("where the cloud says that it was the password, it is not tried once more", async () => {
  const wrong: Reply = {
    status: 401,
    body: { error_code: "IAM.0011", error_msg: "The username or password is wrong." },
  };
  await using server = await startSmallCloud(() => wrong);
  await expect(openCloud(configFor(server.origin)).quotas()).rejects.toMatchObject({
    code: "cloud/unauthorized",
  });
  expect(server.seen).toHaveLength(1);
});

test("a one-time code is tried once, and a new one is asked for", async () => {
  await using server = await startSmallCloud(() => unauthorized);
  const user = { id: "u-1" };
  for (const credentials of [
    { kind: "password", user, password: new Secret("word"), passcode: new Secret("123456") },
    { kind: "passcode", user, passcode: new Secret("123456") },
  ] as const) {
    const before = server.seen.length;
    await expect(openCloud(configFor(server.origin, { credentials })).quotas()).rejects.toMatchObject({
      code: "cloud/unauthorized",
      hint: expect.stringContaining("one-time code"),
    });
    expect(server.seen).toHaveLength(before + 1);
  }
});

test("a refusal names each file that the login came from", async () => {
  await using server = await startSmallCloud(() => unauthorized);
  const secure = { path: "/safe/secure.yaml", keys: ["password"] };
  await expect(openCloud(configFor(server.origin, { secure })).quotas()).rejects.toMatchObject({
    code: "cloud/unauthorized",
    hint: "Check username, password, user_domain_name and project_name of demo (clouds.yaml; password from /safe/secure.yaml).",
  });
});

test("a login that cannot be reached names the cloud and its file", async () => {
  const server = await startSmallCloud(() => unauthorized);
  await server[Symbol.asyncDispose]();
  const cloud = openCloud(configFor(server.origin), { clock: fastClock() });
  await expect(cloud.quotas()).rejects.toMatchObject({
    code: "cloud/unavailable",
    hint: expect.stringContaining("auth_url and the endpoints of demo (clouds.yaml), "),
  });
});

test("without a project, those that could be chosen are named", async () => {
  await using server = await startSmallCloud(keystoneWith(["eu-de_a", "eu-de_b"], unauthorized));
  const { project: _, ...config } = configFor(server.origin);
  await expect(openCloud(config).quotas()).rejects.toMatchObject({
    code: "cloud/config",
    hint: expect.stringContaining("eu-de_a, eu-de_b"),
  });
});

test.each<readonly [string, CloudConfig["credentials"], unknown]>([
  [
    "a token",
    { kind: "token", token: new Secret("given-token") },
    { methods: ["token"], token: { id: "given-token" } },
  ],
  [
    "an application credential",
    { kind: "application-credential", id: "ac-1", secret: new Secret("ac-secret") },
    { methods: ["application_credential"], application_credential: { id: "ac-1", secret: "ac-secret" } },
  ],
  [
    "an application credential by name",
    { kind: "application-credential", name: "ci", user: { id: "u-1" }, secret: new Secret("ac-secret") },
    {
      methods: ["application_credential"],
      application_credential: { name: "ci", user: { id: "u-1" }, secret: "ac-secret" },
    },
  ],
  [
    "a password and a passcode",
    { kind: "password", user: { id: "u-1" }, password: new Secret("word"), passcode: new Secret("123456") },
    {
      methods: ["password", "totp"],
      password: { user: { id: "u-1", password: "word" } },
      totp: { user: { id: "u-1", passcode: "123456" } },
    },
  ],
  [
    "a one-time code alone",
    { kind: "passcode", user: { name: "u", domain: { id: "d" } }, passcode: new Secret("123456") },
    { methods: ["totp"], totp: { user: { name: "u", domain: { id: "d" }, passcode: "123456" } } },
  ],
])("%s is sent as Keystone asks for it", async (_, credentials, identity) => {
  await using server = await startSignedInCloud(() => noQuotas);
  await openCloud(configFor(server.origin, { credentials })).quotas();
  const { auth } = JSON.parse(server.seen[0]?.body ?? "");
  expect(auth.identity).toEqual(identity);
  expect(auth.scope === undefined).toBe(credentials.kind === "application-credential");
});

test.each<readonly [string, Reply]>([
  ["a web page", { status: 200, body: "<html><title>Please log in</title></html>" }],
  [
    "JSON that stops half-way",
    { status: 201, headers: { "X-Subject-Token": "t-0123" }, body: '{"token": {"expi' },
  ],
  ["a token without its end", { status: 201, headers: { "X-Subject-Token": "t-0123" }, body: { token: {} } }],
  ["no token", { status: 201, body: { token: { expires_at: "2100-01-01T00:00:00Z" } } }],
  ["a redirect", { status: 302, headers: { Location: "https://login.example/?token=x" } }],
])("%s instead of a login is told as an answer that is not this API", async (_, reply) => {
  await using server = await startSmallCloud(() => reply);
  const error = await openCloud(configFor(server.origin))
    .quotas()
    .catch((problem: unknown) => problem);
  expect(error).toMatchObject({ code: "cloud/bad-answer", retry: false });
  expect(JSON.stringify(error)).not.toContain("t-0123");
});
