import { expect, test } from "vitest";
import { faultOfSignature, isSigned, type SignedRequest } from "./signature.ts";

/** Published by Huawei ("API signing guide"). */
const published: SignedRequest = {
  method: "GET",
  target: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
  headers: {
    "content-type": "application/json",
    host: "service.region.example.com",
    "x-sdk-date": "20191115T033655Z",
    authorization:
      "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
  },
  body: "",
};
const key = { id: "QTWAOYTTINDUT2QVKYUC", secret: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc" };
const then = Date.parse("2019-11-15T03:36:55Z");
const check = (changes: Partial<SignedRequest> = {}, nowMs = then) =>
  faultOfSignature({ ...published, ...changes }, key, "huawei", nowMs);
const withHeaders = (headers: SignedRequest["headers"]) => ({
  headers: { ...published.headers, ...headers },
});

test("Huawei's published example is taken, in whatever order its parameters come", () => {
  expect(isSigned(published.headers)).toBe(true);
  expect(check()).toBeUndefined();
  const [path, query = ""] = published.target.split("?");
  expect(check({ target: `${path}?${query.split("&").reverse().join("&")}` })).toBeUndefined();
});

test.each([
  ["another method", { method: "DELETE" }],
  ["another path", { target: published.target.replace("/vpcs", "/subnets") }],
  ["another parameter", { target: published.target.replace("limit=2", "limit=3") }],
  ["a body", { body: "{}" }],
  ["another host", withHeaders({ host: "elsewhere.example.com" })],
  ["another time", withHeaders({ "x-sdk-date": "20191115T033656Z" })],
])("%s than was signed is noticed", (_, changes) => {
  expect(check(changes)).toBe("verify aksk signature fail");
});

test("a signature of another hour, of another key, or of another kind of cloud is refused", () => {
  expect(check({}, then + 16 * 60_000)).toBe("X-Sdk-Date is too far from now");
  expect(faultOfSignature(published, { ...key, id: "other" }, "huawei", then)).toContain("does not exist");
  expect(faultOfSignature(published, { ...key, secret: "other" }, "huawei", then)).toContain("fail");
  expect(faultOfSignature(published, key, "otc", then)).toContain("another form");
  expect(check(withHeaders({ authorization: "SDK-HMAC-SHA256 nonsense" }))).toContain("another form");
});

test("a request that carries a token, or nothing, is not signed", () => {
  expect(isSigned({})).toBe(false);
  expect(isSigned({ authorization: "Bearer abc" })).toBe(false);
});

// Computed once from the description of OTC's way; not checked by a real cloud.
test("OTC's way, with a key per day and region and service left empty", () => {
  const request: SignedRequest = {
    method: "GET",
    target: "/v1/0123456789abcdef0123456789abcdef/routetables?limit=10&vpc_id=v-1",
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      host: "vpc.eu-de.otc.t-systems.com",
      "x-sdk-date": "20240102T030405Z",
      authorization:
        "SDK-HMAC-SHA256 Credential=AKIDEXAMPLE/20240102///sdk_request, SignedHeaders=accept;content-type;host;x-sdk-date, Signature=383a81dc4ac87a13c0acd0255aaab95bf48387f5cadeb4c9d4e0b4a22002594d",
    },
    body: "",
  };
  const now = Date.parse("2024-01-02T03:04:05Z");
  const secret = { id: "AKIDEXAMPLE", secret: "SKEXAMPLE" };
  expect(faultOfSignature(request, secret, "otc", now)).toBeUndefined();
  expect(faultOfSignature({ ...request, body: "x" }, secret, "otc", now)).toContain("fail");
});
