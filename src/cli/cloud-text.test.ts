import { expect, test } from "vitest";
import { cloudText } from "./cloud-text.ts";

const problem = {
  code: "cloud/unauthorized",
  summary: "the signature does not match",
  detail: "401 APIGW.0301",
  hint: "Check ak and sk.",
};
const service = { ok: false, url: "https://vpc.example", durationMs: 12, problem };

test("what all services lack is explained once, and a key that signs is no login", () => {
  const text = cloudText({
    name: "mine",
    place: "clouds.yaml:2:3",
    ok: false,
    credentials: { kind: "access-key" },
    authUrl: "https://iam.example/v3",
    project: { name: "cn-north-4" },
    region: "cn-north-4",
    warnings: [],
    login: {
      project: { id: "p-1", name: "cn-north-4" },
      tokenExpiresAt: null,
      services: [
        { service: "vpc", ...service },
        {
          service: "ecs",
          ...service,
          problem: { ...problem, detail: "401 APIGW.0301\nrequest id 2" },
        },
        {
          service: "eip",
          ...service,
          problem: { code: "cloud/unavailable", summary: "the cloud failed to answer", detail: "503" },
        },
      ],
    },
  });
  expect(text).toBe(`mine
  found    clouds.yaml:2:3
  login    an access key at https://iam.example/v3
  project  cn-north-4, region cn-north-4
  check    signed for project cn-north-4
           vpc     FAILED: the signature does not match, https://vpc.example
           ecs     FAILED: the signature does not match, https://vpc.example
           eip     FAILED: the cloud failed to answer, https://vpc.example
           | 401 APIGW.0301
  hint     Check ak and sk.
           | 503`);
});
