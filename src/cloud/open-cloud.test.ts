import { expect, test } from "vitest";
import type { CloudConfig } from "./config/cloud-config.ts";
import { openCloud } from "./open-cloud.ts";
import { Secret } from "./secret.ts";
import { configFor, startSignedInCloud } from "./testing/signed-in.ts";

function withoutProfile(authUrl: string): CloudConfig {
  const { profile: _, ...config } = configFor("http://127.0.0.1:1");
  return { ...config, authUrl };
}

test("OTC is known by its profile, or by the host of its identity service", () => {
  expect(openCloud(configFor("http://127.0.0.1:1")).traits).toMatchObject({
    vipNextHop: true,
    eipBeforeRoute: true,
  });
  expect(openCloud(withoutProfile("https://iam.eu-de.otc.t-systems.com/v3")).traits.name).toBe(
    "Open Telekom Cloud",
  );
  const swiss = withoutProfile("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3");
  expect(openCloud(swiss).traits.name).toBe("Open Telekom Cloud");
});

test("Huawei Cloud is known by its profile, or by the host of its identity service", () => {
  expect(openCloud(configFor("http://127.0.0.1:1", { profile: "huaweicloud" })).traits).toMatchObject({
    name: "Huawei Cloud",
    vipNextHop: true,
    eipBeforeRoute: true,
  });
  for (const host of ["iam.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com"]) {
    expect(openCloud(withoutProfile(`https://${host}/v3`)).traits.name).toBe("Huawei Cloud");
  }
});

test("what speaks Keystone and is none of the known kinds is plain OpenStack", () => {
  const others = [
    withoutProfile("https://keystone.example/v3"),
    withoutProfile("https://iam.myhuaweicloud.com.example/v3"),
    withoutProfile("https://evil-otc.t-systems.com.example/v3"),
    configFor("http://127.0.0.1:1", { profile: "vexxhost" }),
  ];
  for (const config of others) expect(openCloud(config).traits).toMatchObject({ name: "OpenStack" });
});

test("wayout_driver stands above profile and host", () => {
  const config = configFor("http://127.0.0.1:1", { profile: "otc", driver: "openstack" });
  expect(openCloud(config).traits.name).toBe("OpenStack");
});

test("a plain OpenStack whose catalog looks like OTC's is not touched before somebody says which it is", async () => {
  await using other = await startSignedInCloud(() => ({ status: 500 }));
  const { profile: _, ...config } = configFor(other.origin);
  await expect(openCloud(config).vpcs()).rejects.toMatchObject({
    code: "cloud/not-supported",
    summary: expect.stringContaining('has a service "vpc"'),
    hint: expect.stringContaining("wayout_driver: openstack"),
  });
  expect(other.seen.map(({ url }) => url.pathname)).toEqual(["/v3/auth/tokens"]);
});

const accessKey = {
  kind: "access-key",
  accessKey: new Secret("AK"),
  secretKey: new Secret("SK"),
} as const;

test.each([
  { ...withoutProfile("https://keystone.example/v3"), credentials: accessKey },
  configFor("http://127.0.0.1:1", { driver: "opentack" }),
])("another kind of cloud is refused, naming those that are supported", (config) => {
  expect(() => openCloud(config)).toThrow("of a kind that Wayout cannot work with");
  try {
    openCloud(config);
  } catch (problem) {
    expect(problem).toMatchObject({
      code: "cloud/not-supported",
      hint: expect.stringContaining("Open Telekom Cloud"),
    });
  }
});

test("a login that got into the URL all the same is not shown", () => {
  const config = {
    ...withoutProfile("http://u:SuperSecret123@127.0.0.1:1/v3?token=SuperSecret456"),
    credentials: accessKey,
  };
  try {
    openCloud(config);
    expect.unreachable();
  } catch (problem) {
    expect(JSON.stringify(problem)).toContain("127.0.0.1:1");
    expect(JSON.stringify(problem)).not.toContain("SuperSecret");
  }
});
