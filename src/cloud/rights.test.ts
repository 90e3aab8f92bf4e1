import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { huaweiPaths } from "./huawei/huawei-cloud.ts";
import { neutronPorts, portPath } from "./neutron/ports.ts";
import { openCloud } from "./open-cloud.ts";
import { otcPaths } from "./otc/otc-cloud.ts";
import { actionIn, rightIn } from "./rights.ts";
import { rightsOnPage } from "./testing/rights-page.ts";
import { configFor, startSignedInCloud } from "./testing/signed-in.ts";
import { rightsFor } from "./vpc-v1/rights.ts";

const clouds = [
  { cloud: "OTC", page: "open-telekom-cloud", paths: otcPaths },
  { cloud: "Huawei Cloud", page: "huawei", paths: huaweiPaths },
];

describe.each(clouds)("$cloud", ({ page, paths }) => {
  const rights = rightsFor(paths);

  test("every path that the driver calls has its right", () => {
    const sources = globSync("{vpc-v1,neutron}/*.ts", { cwd: import.meta.dirname }).filter(
      (file) => !file.endsWith(".test.ts"),
    );
    const texts = sources.map((file) => readFileSync(join(import.meta.dirname, file), "utf8"));
    const written = texts.flatMap((text) =>
      [...text.matchAll(/path: "(\/v[^"]+)"/g)].map((match) => match[1]),
    );
    const called = [
      ...written.filter((path) => path !== neutronPorts.path),
      paths.ports.path,
      portPath("x", paths.ports).path,
      paths.natGateways,
    ];
    expect(called.length).toBeGreaterThan(12);
    const known = new Set(rights.map(({ call }) => call.split(" ")[1]));
    expect(called.filter((path) => !known.has(path))).toEqual([]);
  });

  test("the table in docs is this one", () => {
    expect(rightsOnPage(page)).toEqual(rights);
  });
});

test("OTC: a call that is not allowed is told with the action that is missing", async () => {
  const refusal = {
    status: 403,
    headers: { "x-request-id": "req-1" },
    body: { code: "VPC.0101", message: "no" },
  };
  await using server = await startSignedInCloud(() => refusal);
  const cloud = openCloud(configFor(server.origin));
  const route = { destination: "0.0.0.0/0", type: "ecs", nextHop: "s", description: "" } as const;
  await expect(cloud.addRoute("rtb", route)).rejects.toMatchObject({
    code: "cloud/forbidden",
    summary: "these credentials may not do this: vpc:routeTables:update is missing (VPC.0101: no)",
    detail: expect.stringContaining("request id req-1"),
    hint: expect.stringContaining("vpc:routeTables:update"),
  });
  await expect(cloud.setAddressPairs("nic", [])).rejects.toThrow("vpc:ports:update is missing");
  await expect(cloud.deleteSecurityGroup("sg")).rejects.toThrow("vpc:securityGroups:delete is missing");
  await expect(cloud.servers()).rejects.toThrow("ecs:cloudServers:list is missing");
});

// Words of a real Neutron Zed (oslo.policy), Nova and Keystone.
test.each([
  [
    "(rule:update_port and (rule:update_port:allowed_address_pairs)) is disallowed by policy",
    "update_port and update_port:allowed_address_pairs",
  ],
  ["Policy doesn't allow os_compute_api:servers:detail to be performed.", "os_compute_api:servers:detail"],
  [
    "You are not authorized to perform the requested action: identity:list_projects.",
    "identity:list_projects",
  ],
  ["Forbidden", undefined],
])("%s names %s", (message, action) => {
  expect(actionIn(message)).toBe(action);
});

test("what the cloud names itself goes before the table", async () => {
  const message = "Policy doesn't allow vpc:vpcs:list to be performed.";
  await using server = await startSignedInCloud(() => ({
    status: 403,
    body: { error_code: "X", error_msg: message },
  }));
  await expect(openCloud(configFor(server.origin)).vpcs()).rejects.toThrow("vpc:vpcs:list is missing");
  expect(rightIn(rightsFor(otcPaths))("PATCH", "/v2.0/ports/{id}")).toBeUndefined();
});
