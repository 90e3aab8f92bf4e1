/** However somebody logs in, and whatever the cloud answers: no secret is in an error, a trace, a list or a printed object. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { CloudConfig, Credentials } from "../cloud/config/cloud-config.ts";
import { secretsOf } from "../cloud/config/cloud-config.ts";
import type { TracedCall } from "../cloud/http.ts";
import { openCloud } from "../cloud/open-cloud.ts";
import { Secret } from "../cloud/secret.ts";
import { fastClock } from "../cloud/testing/fast-clock.ts";
import { configFor, tokenReply } from "../cloud/testing/signed-in.ts";
import { type Answerer, type SeenRequest, startSmallCloud } from "../cloud/testing/small-cloud.ts";
import { problemText } from "../report/human.ts";
import { Problem } from "../report/problem.ts";
import { cloudText } from "./cloud-text.ts";
import { listedCloud } from "./listed-cloud.ts";
import { tracedText } from "./traced-text.ts";

const user = { name: "alice", domain: { name: "OTC1" } };
const logins: Readonly<Record<Credentials["kind"], Credentials>> = {
  password: { kind: "password", user, password: new Secret("pw-5eCr3t!&"), passcode: new Secret("918273") },
  passcode: { kind: "passcode", user, passcode: new Secret("918273") },
  token: { kind: "token", token: new Secret("given-t0ken") },
  "application-credential": { kind: "application-credential", id: "ac-1", secret: new Secret("ac-5eCr3t") },
  "access-key": {
    kind: "access-key",
    accessKey: new Secret("AKIDEXAMPLE"),
    secretKey: new Secret("SK-5eCr3t"),
    securityToken: new Secret("temporary-t0ken"),
  },
};
const issued = "issued-t0ken";

/** Everything that came in, as a careless service would send it back. */
function echo({ method, url, headers, body }: SeenRequest): string {
  return `${method} ${url.href} ${JSON.stringify(headers)} ${body} ${Buffer.from(body).toString("base64")}`;
}

const isLogin = (request: SeenRequest): boolean => request.url.pathname === "/v3/auth/tokens";
const cases: Readonly<Record<string, (origin: () => string) => Answerer>> = {
  "every call answered with what it sent, as an error in JSON": () => (request) => ({
    status: 400,
    headers: { "x-request-id": `req-${request.headers["x-auth-token"] ?? request.headers.authorization}` },
    body: { code: `X ${request.body}`, message: echo(request) },
  }),
  "a page that shows what it got": () => (request) => ({
    status: 401,
    body: `<html><title>${echo(request).replaceAll("&", "&amp;")}</title></html>`,
  }),
  "a login, and then errors that show the token": (origin) => (request) =>
    isLogin(request) ? tokenReply(origin(), issued) : { status: 403, body: { message: echo(request) } },
  "a redirect to an address with the token": (origin) => (request) =>
    isLogin(request)
      ? tokenReply(origin(), issued)
      : { status: 302, headers: { location: `https://x.example/?q=${request.headers["x-auth-token"]}` } },
  "a login that works": (origin) => (request) =>
    isLogin(request)
      ? tokenReply(origin(), issued)
      : request.url.pathname === "/v3/projects"
        ? { status: 200, body: { projects: [{ id: "p-1", name: "eu-de_demo" }] } }
        : { status: 200, body: { quotas: { resources: [] } } },
};

test.each(
  Object.keys(logins).flatMap((kind) => Object.keys(cases).map((answers) => [kind, answers] as const)),
)("%s, %s", async (kind, answers) => {
  const credentials = Object.entries(logins).find(([name]) => name === kind)?.[1];
  const answerer = cases[answers];
  if (!credentials || !answerer) throw new Error(kind);
  let origin = "";
  await using server = await startSmallCloud((request) => answerer(() => origin)(request));
  origin = server.origin;
  const config: CloudConfig = configFor(origin, {
    credentials,
    endpoints: { vpc: origin, ecs: origin },
    tls: { verify: true, key: new Secret("-----BEGIN PRIVATE KEY-----") },
  });
  const shown: string[] = [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true })];
  const trace = (call: TracedCall) => shown.push(tracedText(call), JSON.stringify(call));
  const cloud = openCloud(config, { clock: fastClock(), trace });
  for (const work of [
    () => cloud.quotas(),
    () => cloud.createSecurityGroup({ name: "n", description: "d" }),
  ]) {
    await work().catch((problem: unknown) => {
      if (!(problem instanceof Problem)) throw problem;
      shown.push(
        problemText(problem),
        JSON.stringify(problem),
        inspect(problem, { depth: 9, showHidden: true }),
      );
    });
  }
  expect(server.seen.length).toBeGreaterThan(0);
  expect(shown.length).toBeGreaterThan(3);
  const secrets = [...secretsOf(config).map((secret) => secret.reveal()), issued];
  for (const secret of secrets) expect(shown.join("\n")).not.toContain(secret);
});

test.each(Object.keys(logins))("`wayout clouds --check` with %s shows no secret", async (kind) => {
  await using server = await startSmallCloud((request) => ({
    status: 401,
    body: { message: echo(request) },
  }));
  const auth: Readonly<Record<string, string>> = {
    password: "auth: {username: u, password: pw-5eCr3t, user_domain_name: d, project_name: eu-de_p}",
    passcode:
      'auth_type: v3totp\n    auth: {username: u, passcode: "918273", user_domain_name: d, project_name: eu-de_p}',
    token: "auth_type: token\n    auth: {token: given-t0ken, project_name: eu-de_p}",
    "application-credential":
      "auth_type: v3applicationcredential\n    auth: {application_credential_id: a, application_credential_secret: ac-5eCr3t}",
    "access-key":
      "auth: {ak: AKIDEXAMPLE, sk: SK-5eCr3t, security_token: temporary-t0ken, project_name: eu-de_p}",
  };
  const file = `clouds:\n  x:\n    profile: otc\n    ${auth[kind]?.replace("auth: {", `auth: {auth_url: "${server.origin}", `)}\n    vpc_endpoint_override: ${server.origin}\n    ecs_endpoint_override: ${server.origin}\n`;
  const sources = {
    env: {},
    cwd: "/p",
    home: "/h",
    readFile: (path: string) => (path === "/p/clouds.yaml" ? file : undefined),
  };
  const shown: string[] = [];
  const trace = (call: TracedCall) => shown.push(tracedText(call));
  const listed = await listedCloud({ name: "x", place: "/p/clouds.yaml:2:3" }, sources, {
    check: true,
    clock: fastClock(),
    trace,
  });
  expect(listed).toMatchObject({ ok: false, credentials: { kind } });
  shown.push(cloudText(listed), JSON.stringify(listed));
  expect(shown.length).toBeGreaterThan(2);
  expect(shown.join("\n")).not.toMatch(/5eCr3t|t0ken|918273|AKIDEXAMPLE/);
});
