import { expect, test } from "vitest";
import type { CloudConfig } from "../config/cloud-config.ts";
import { openCloud } from "../open-cloud.ts";
import { Secret } from "../secret.ts";
import { configFor } from "../testing/signed-in.ts";
import { type Answerer, startSmallCloud } from "../testing/small-cloud.ts";
import { sign } from "./signing.ts";

const key = { accessKey: "AKIDEXAMPLE", secretKey: "SK-very-secret" };

function keyConfig(origin: string, changes: Partial<CloudConfig> = {}): CloudConfig {
  return configFor(origin, {
    credentials: {
      kind: "access-key",
      accessKey: new Secret(key.accessKey),
      secretKey: new Secret(key.secretKey),
    },
    endpoints: { vpc: origin, ecs: origin },
    ...changes,
  });
}

const answer: Answerer = (request) =>
  request.url.pathname === "/v3/projects"
    ? { status: 200, body: { projects: [{ id: "p-1", name: request.url.searchParams.get("name") ?? "" }] } }
    : { status: 200, body: { quotas: { resources: [] } } };

test("every call is signed, and the project is looked up once", async () => {
  await using server = await startSmallCloud(answer);
  const cloud = openCloud(keyConfig(server.origin));
  await cloud.quotas();
  await cloud.quotas();
  expect(server.seen.map((request) => request.url.pathname)).toEqual([
    "/v3/projects",
    "/v1/p-1/quotas",
    "/v1/p-1/quotas",
  ]);
  for (const request of server.seen) {
    const { authorization = "", "x-sdk-date": date = "", host = "" } = request.headers;
    const day = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
    // As the cloud would: signed again from what arrived.
    const again = sign(
      {
        method: request.method,
        url: new URL(request.url.pathname + request.url.search, `http://${host}`),
        headers: { "content-type": request.headers["content-type"] ?? "" },
        body: request.body,
      },
      key,
      { kind: "derived", region: "", service: "" },
      Date.parse(day),
    );
    expect(authorization).toBe(again.headers.Authorization);
    expect(request.headers["x-auth-token"]).toBeUndefined();
    expect(JSON.stringify(request)).not.toContain(key.secretKey);
  }
  expect(server.seen[1]?.headers["x-project-id"]).toBe("p-1");
});

test("a given project is not looked up, and a temporary key brings its token", async () => {
  await using server = await startSmallCloud(answer);
  const credentials = {
    kind: "access-key",
    accessKey: new Secret("AK"),
    secretKey: new Secret("SK"),
    securityToken: new Secret("temporary"),
  } as const;
  await openCloud(keyConfig(server.origin, { credentials, project: { id: "p-9" } })).quotas();
  expect(server.seen.map((request) => request.url.pathname)).toEqual(["/v1/p-9/quotas"]);
  expect(server.seen[0]?.headers["x-security-token"]).toBe("temporary");
});

test("a project that the key does not know is told, and a refusal is not repeated", async () => {
  await using none = await startSmallCloud(() => ({ status: 200, body: { projects: [] } }));
  await expect(openCloud(keyConfig(none.origin)).quotas()).rejects.toThrow(
    "no project eu-de_demo; this key enters none of that name",
  );

  await using refusing = await startSmallCloud(() => ({
    status: 401,
    body: {
      error_code: "APIGW.0301",
      error_msg: `Incorrect IAM authentication information: ${key.secretKey}`,
    },
  }));
  const error = await openCloud(keyConfig(refusing.origin))
    .quotas()
    .catch((problem: unknown) => problem);
  expect(error).toMatchObject({
    code: "cloud/unauthorized",
    hint: expect.stringMatching(/^Check ak and sk of demo \(clouds\.yaml\)/),
  });
  expect(JSON.stringify(error)).not.toContain(key.secretKey);
  expect(refusing.seen).toHaveLength(1);
});
