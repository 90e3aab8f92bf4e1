import { expect, test } from "vitest";
import type { CloudConfig } from "./config/cloud-config.ts";
import { openCloud } from "./open-cloud.ts";
import { configFor } from "./testing/signed-in.ts";

function withoutProfile(authUrl: string): CloudConfig {
  const { profile: _, ...config } = configFor("http://127.0.0.1:1");
  return { ...config, authUrl };
}

test("OTC is known by its profile, or by the host of its identity service", () => {
  expect(openCloud(configFor("http://127.0.0.1:1")).traits).toMatchObject({
    anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]],
    vipNextHop: true,
    eipBeforeRoute: true,
  });
  expect(openCloud(withoutProfile("https://iam.eu-de.otc.t-systems.com/v3")).traits.name).toBe(
    "Open Telekom Cloud",
  );
  const swiss = withoutProfile("https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3");
  expect(openCloud(swiss).traits.name).toBe("Open Telekom Cloud");
});

test.each([
  withoutProfile("https://keystone.example/v3"),
  withoutProfile("https://evil-otc.t-systems.com.example/v3"),
  configFor("http://127.0.0.1:1", { profile: "vexxhost" }),
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
  const config = withoutProfile("http://u:SuperSecret123@127.0.0.1:1/v3?token=SuperSecret456");
  try {
    openCloud(config);
    expect.unreachable();
  } catch (problem) {
    expect(JSON.stringify(problem)).toContain("127.0.0.1:1");
    expect(JSON.stringify(problem)).not.toContain("SuperSecret");
  }
});
