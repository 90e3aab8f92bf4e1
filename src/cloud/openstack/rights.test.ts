import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCloud } from "../open-cloud.ts";
import { freeCalls } from "../testing/free-calls.ts";
import { rightsOnPage } from "../testing/rights-page.ts";
import { configFor, startSignedInCloud } from "../testing/signed-in.ts";
import { openstackRights } from "./rights.ts";

test("every path that the driver calls has its right", () => {
  const sources = globSync("{openstack,neutron}/*.ts", { cwd: join(import.meta.dirname, "..") }).filter(
    (file) => !/\.test\.ts$|rights\.ts$/.test(file),
  );
  const called = sources
    .map((file) => readFileSync(join(import.meta.dirname, "..", file), "utf8"))
    .flatMap((text) =>
      [...text.matchAll(/path(?::| =) ["`](\/v[^"`]+)["`]/g)].flatMap((match) => match[1] ?? []),
    )
    .filter((path) => !freeCalls.includes(`GET ${path}`));
  expect(called.length).toBeGreaterThan(12);
  const known = openstackRights.map(({ call }) => call.split(" ")[1] ?? "");
  expect(called.filter((path) => !known.some((one) => fits(path, one)))).toEqual([]);
});

/** What a template fills in stands for any word. */
function fits(template: string, path: string): boolean {
  const words = template.split(/\$\{\w+\}/).map((text) => text.replace(/[.{}]/g, "\\$&"));
  return new RegExp(`^${words.join("\\w+")}$`).test(path);
}

test("the table in docs is this one", () => {
  expect(rightsOnPage("openstack")).toEqual(openstackRights);
});

test("a call that is not allowed is told with its policy, also where the answer has no word of it", async () => {
  await using server = await startSignedInCloud(() => ({ status: 403, body: { message: "no" } }));
  const config = configFor(server.origin, { driver: "openstack", endpoints: { compute: server.origin } });
  const cloud = openCloud(config);
  await expect(cloud.deleteSecurityGroup("sg")).rejects.toThrow("delete_security_group is missing");
  await expect(cloud.securityGroup("sg")).rejects.toThrow("get_security_group is missing");
  await expect(cloud.markSubnet("s", "wayout:egress", true)).rejects.toThrow(
    "update_subnets_tags is missing",
  );
  await expect(cloud.markSubnet("s", "wayout:egress", false)).rejects.toThrow(
    "delete_subnets_tags is missing",
  );
});
