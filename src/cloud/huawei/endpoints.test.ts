import { expect, test } from "vitest";
import { configFor } from "../testing/signed-in.ts";
import { huaweiEndpoint } from "./endpoints.ts";

const at = (authUrl: string, region = "ap-southeast-3") =>
  configFor("http://127.0.0.1:1", { profile: "huaweicloud", authUrl, region });

test("each service has a host of its own in the region", () => {
  const config = at("https://iam.ap-southeast-3.myhuaweicloud.com/v3");
  const services = ["vpc", "network", "eip", "nat", "ecs", "compute"] as const;
  expect(services.map((service) => huaweiEndpoint(config, service))).toEqual([
    "https://vpc.ap-southeast-3.myhuaweicloud.com",
    "https://vpc.ap-southeast-3.myhuaweicloud.com",
    "https://eip.ap-southeast-3.myhuaweicloud.com",
    "https://nat.ap-southeast-3.myhuaweicloud.com",
    "https://ecs.ap-southeast-3.myhuaweicloud.com",
    "https://ecs.ap-southeast-3.myhuaweicloud.com",
  ]);
});

test("the identity service that all regions share does not say the region, the configuration does", () => {
  const config = at("https://iam.myhuaweicloud.com/v3", "cn-north-4");
  expect(huaweiEndpoint(config, "eip")).toBe("https://eip.cn-north-4.myhuaweicloud.com");
});

test("under another domain the services are looked for beside the identity service, or cannot be told", () => {
  expect(huaweiEndpoint(at("https://iam.region.example/v3"), "vpc")).toBe("https://vpc.region.example");
  expect(huaweiEndpoint(at("http://127.0.0.1:1/v3"), "vpc")).toBeUndefined();
});
