import { expect, test } from "vitest";
import { sign } from "./signing.ts";

// Published by Huawei ("API signing guide").
test("Huawei's published example is signed as published", () => {
  const request = {
    method: "GET",
    url: new URL(
      "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
    ),
    headers: { "Content-Type": "application/json" },
    body: "",
  };
  const key = { accessKey: "QTWAOYTTINDUT2QVKYUC", secretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc" };
  const signed = sign(request, key, { kind: "plain" }, Date.parse("2019-11-15T03:36:55Z"));
  expect(signed.canonicalHash).toBe("b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a");
  expect(signed.signature).toBe("7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe");
  expect(signed.headers).toEqual({
    "X-Sdk-Date": "20191115T033655Z",
    Authorization:
      "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
  });
});

// Computed once from the description of both schemes; not checked by a real cloud.
test.each([
  ["plain", { kind: "plain" }, "1d85bc39d3be0723d687dc54f7c715da5f54289c96b66ab15f5cd3ec2b62ec18"],
  [
    "derived, region and service empty as OTC's SDK leaves them",
    { kind: "derived", region: "", service: "" },
    "383a81dc4ac87a13c0acd0255aaab95bf48387f5cadeb4c9d4e0b4a22002594d",
  ],
  [
    "derived for a region and a service",
    { kind: "derived", region: "eu-de", service: "vpc" },
    "0c387d840761faebb10827c7c8e008bf63e3773f13820b63facaf4561ba045f8",
  ],
] as const)("the same request, %s, has its known signature", (_, scheme, signature) => {
  const request = {
    method: "GET",
    url: new URL(
      "https://vpc.eu-de.otc.t-systems.com/v1/0123456789abcdef0123456789abcdef/routetables?limit=10&vpc_id=v-1",
    ),
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: "",
  };
  const key = { accessKey: "AKIDEXAMPLE", secretKey: "SKEXAMPLE" };
  const signed = sign(request, key, scheme, Date.parse("2024-01-02T03:04:05Z"));
  expect(signed.canonicalHash).toBe("d17f40db29986467eb0e6485156382f87d53e1db1c7c3cb2c3aa59894dad9ffe");
  expect(signed.signature).toBe(signature);
  expect(signed.headers.Authorization).toContain(
    scheme.kind === "plain"
      ? "Access=AKIDEXAMPLE,"
      : `Credential=AKIDEXAMPLE/20240102/${scheme.region}/${scheme.service}/sdk_request,`,
  );
});

test("the order of parameters and the way they are escaped do not change a signature", () => {
  const key = { accessKey: "AK", secretKey: "SK" };
  const signature = (query: string, path = "/v1/p%20q/x"): string =>
    sign(
      { method: "get", url: new URL(`https://host${path}?${query}`), headers: {}, body: "{}" },
      key,
      { kind: "plain" },
      0,
    ).signature;
  expect(signature("b=2&a=1%20~*")).toBe(signature("a=1+~%2A&b=2"));
  expect(signature("a=1", "/v1/x")).toBe(signature("a=1", "/v1/x/"));
  expect(signature("a=1")).not.toBe(signature("a=2"));
});
