import fc from "fast-check";
import { expect, test } from "vitest";
import type { CloudProblemCode } from "./error-texts.ts";
import { ofPath, problemOfAnswer, problemOfFailure, shownUrl } from "./errors.ts";
import { Redactor } from "./redactor.ts";
import { Secret } from "./secret.ts";
import { WireFailure } from "./wire.ts";

const call = { method: "GET", url: new URL("https://vpc.example/v1/p/vpcs?limit=10"), attempts: 1 };

function told(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return problemOfAnswer(call, { status, headers, body: text }, new Redactor());
}

// Bodies: the shapes of every service, as documented or recorded from a real Neutron, Nova and Keystone.
const answers: readonly (readonly [string, number, unknown, CloudProblemCode, string])[] = [
  [
    "VPC v1",
    404,
    { code: "VPC.0003", message: "VPC not found" },
    "cloud/not-found",
    "VPC.0003: VPC not found",
  ],
  [
    "VPC v1, a status that says less than the code",
    400,
    { code: "VPC.2812", message: "destination exists" },
    "cloud/conflict",
    "VPC.2812: destination exists",
  ],
  [
    "VPC v3",
    404,
    { request_id: "r-1", error_code: "VPC.9904", error_msg: "no such group" },
    "cloud/not-found",
    "VPC.9904: no such group",
  ],
  [
    "the API gateway's throttle",
    400,
    { error_code: "APIGW.0308", error_msg: "policy user over ratelimit", request_id: "r-2" },
    "cloud/throttled",
    "APIGW.0308",
  ],
  [
    "an API that is not published",
    404,
    { error_code: "APIGW.0101", error_msg: "The API does not exist", request_id: "r-3" },
    "cloud/not-supported",
    "APIGW.0101",
  ],
  [
    "Neutron",
    404,
    { NeutronError: { type: "PortNotFound", message: "Port 0 could not be found.", detail: "" } },
    "cloud/not-found",
    "PortNotFound: Port 0 could not be found.",
  ],
  [
    "Neutron's quota, a conflict by its status",
    409,
    {
      NeutronError: {
        type: "OverQuota",
        message: "Quota exceeded for resources: ['security_group'].",
        detail: "",
      },
    },
    "cloud/quota",
    "OverQuota",
  ],
  [
    "a duplicate rule",
    409,
    {
      NeutronError: {
        type: "SecurityGroupRuleExists",
        message: "Security group rule already exists.",
        detail: "",
      },
    },
    "cloud/conflict",
    "SecurityGroupRuleExists",
  ],
  [
    "ECS",
    400,
    { error: { code: "Ecs.0005", message: "bad parameter" } },
    "cloud/bad-request",
    "Ecs.0005: bad",
  ],
  [
    "ECS, unknown server",
    404,
    { error: { code: "Ecs.0114", message: "gone" } },
    "cloud/not-found",
    "Ecs.0114",
  ],
  ["ECS quota", 400, { error: { code: "Ecs.0013", message: "EIP quota" } }, "cloud/quota", "Ecs.0013"],
  ["Nova", 404, { itemNotFound: { code: 404, message: "no" } }, "cloud/not-found", "itemNotFound: no"],
  [
    "Nova's throttle",
    413,
    { overLimit: { code: 413, message: "slow" } },
    "cloud/throttled",
    "overLimit: slow",
  ],
  [
    "Keystone",
    401,
    { error: { code: 401, title: "Unauthorized", message: "requires authentication" } },
    "cloud/unauthorized",
    "requires authentication",
  ],
  ["a policy", 403, { error: { code: 403, title: "Forbidden", message: "no" } }, "cloud/forbidden", "no"],
  [
    "an HTML page",
    502,
    "<html><title>502 Bad Gateway</title><p>x</html>",
    "cloud/unavailable",
    "502 Bad Gateway",
  ],
  ["an HTML page for a missing path", 404, "<h1>Not <b>Found</b></h1>", "cloud/not-supported", "Not Found"],
  ["cut JSON", 500, '{"code":"VPC.0', "cloud/unavailable", '{"code":"VPC.0'],
  ["nothing", 503, "", "cloud/unavailable", "no text"],
  ["a JSON list", 400, "[1,2]", "cloud/bad-request", "[1,2]"],
  ["501", 501, { message: "not built" }, "cloud/not-supported", "not built"],
  ["a redirect", 302, "", "cloud/bad-answer", "no text"],
  ["a race", 412, "", "cloud/conflict", "no text"],
];

test.each(answers)("%s (%i) is understood", (_, status, body, code, words) => {
  const problem = told(status, body);
  expect(problem.code).toBe(code);
  expect(problem.detail).toContain(words);
  expect(problem.detail).toContain(`GET https://vpc.example/v1/p/vpcs?limit=10 -> ${status}`);
  expect(problem.hint).toMatch(/\w{3}/);
  expect(problem.retry).toBe(code === "cloud/throttled" || code === "cloud/unavailable");
});

const webOb = { message: "The resource could not be found.", code: "404 Not Found", title: "Not Found" };
test.each([
  ["a path that Neutron does not have", 404, webOb, "cloud/not-supported"],
  [
    "a VPC whose subnets are asked for",
    404,
    { code: "VPC.0003", message: "VPC not found" },
    "cloud/not-found",
  ],
  ["a conflict", 409, {}, "cloud/conflict"],
])("a 404 to a list is of its path: %s", (_, status, body, code) => {
  expect(ofPath(told(status, body)).code).toBe(code);
});

test("where the path is missing, profile and endpoints are named, and no object", () => {
  const problem = ofPath(told(404, webOb));
  expect(problem.summary).toMatch(/^this cloud does not have this API \(404 Not Found: /);
  expect(problem.hint).toMatch(/`profile`, .* endpoint overrides/);
  expect(problem.status).toBe(404);
});

test("the request id is kept, from the body or from any service's header", () => {
  expect(told(404, { request_id: "r-1", error_code: "X", error_msg: "m" }).detail).toContain(
    "request id r-1",
  );
  for (const name of ["x-request-id", "x-openstack-request-id", "x-compute-request-id"]) {
    expect(told(500, "", { [name]: "req-7" }).detail).toContain("request id req-7");
  }
});

test.each([
  { code: "VPC.0007", message: "urlTenantId is not equal tokenTenantId" },
  { error: { code: "Ecs.0023", message: "The project in the request differs from the token's." } },
  { error_code: "EIP.1", error_msg: "urlTenantId is not equal tokenTenantId" },
])("a project that is not that of the login is told as such: %j", (body) => {
  expect(told(400, body).hint).toMatch(/^project_id of .* is not the project of these credentials/);
});

test("an EIP that is busy may be tried again", () => {
  expect(told(409, { code: "VPC.0512", message: "busy" })).toMatchObject({
    code: "cloud/conflict",
    retry: true,
  });
});

test("a secret never reaches an error, wherever the answer or the URL carries it", () => {
  const secrets = fc
    .string({ minLength: 6, maxLength: 60, unit: "grapheme" })
    .filter((text) => /\w{4}/.test(text));
  const places = fc.constantFrom("message", "code", "page", "text", "escaped", "url", "failure");
  fc.assert(
    fc.property(secrets, places, (secret, place) => {
      const redactor = new Redactor([new Secret(secret)]);
      const jsonEscaped = Array.from(
        { length: secret.length },
        (_, at) => `\\u${secret.charCodeAt(at).toString(16).padStart(4, "0")}`,
      ).join("");
      const bodies: Readonly<Record<string, string>> = {
        message: JSON.stringify({ code: "X", message: `said ${secret} twice ${secret}` }),
        code: JSON.stringify({ code: secret, message: "m" }),
        page: `<html><title>${secret}</title></html>`,
        text: `${"x".repeat(590)}${secret}`,
        escaped: `{"code":"X","message":"said ${jsonEscaped}"}`,
      };
      const url = new URL("https://vpc.example/v1");
      if (place === "url") url.searchParams.set("name", secret);
      const failed = { method: "GET", url, attempts: 1 };
      const problem =
        place === "failure"
          ? problemOfFailure(failed, new WireFailure("broken", `sent ${secret}`), redactor)
          : problemOfAnswer(failed, { status: 400, headers: {}, body: bodies[place] ?? "" }, redactor);
      const shown = `${JSON.stringify(problem)} ${problem.message}`;
      expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
      expect(shown).not.toContain(encodeURIComponent(secret));
      expect(shown).not.toContain(url.search.slice("?name=".length) || secret);
    }),
    { numRuns: 300 },
  );
});

test("a message that is shortened in the middle of a secret does not show its beginning", () => {
  const redactor = new Redactor([new Secret("Tr0ub4dor&3")]);
  const body = `${"x".repeat(595)}Tr0ub4dor&3`;
  const problem = problemOfAnswer(call, { status: 400, headers: {}, body }, redactor);
  expect(problem.detail).not.toContain("Tr0");
});

test("values of parameters that sound secret are not shown, nor is a user part", () => {
  const url = "https://me:pw@vpc.example/v1?limit=1&X-Auth-Token=abc&password=p&sk=k&marker=m";
  expect(shownUrl(url)).toBe("https://vpc.example/v1?limit=1&X-Auth-Token=***&password=***&sk=***&marker=m");
});
