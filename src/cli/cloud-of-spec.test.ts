import { expect, it } from "vitest";
import type { ConfigSources } from "../cloud/config/settings-file.ts";
import { parseSpec } from "../spec/spec.ts";
import { cloudOfSpec } from "./cloud-of-spec.ts";

const spec = (cloud: string) =>
  parseSpec(
    `cloud: ${cloud}\ngateways:\n  - {name: egress, vpc: v, proxies: [p], subnets: [s]}\n`,
    "wayout.yaml",
  );
const sources = (clouds?: string): ConfigSources => ({
  env: {},
  cwd: "/project",
  home: "/home/me",
  readFile: (path) => (path === "/project/clouds.yaml" ? clouds : undefined),
});
const otc = `clouds:
  otc:
    profile: otc
    auth: {username: alice, password: pw-pw, project_name: eu-de_x, user_domain_name: OTC1}
  half:
    profile: otc
`;

it("finds the cloud that the spec names", () => {
  expect(cloudOfSpec(spec("otc"), sources(otc))).toMatchObject({ name: "otc", profile: "otc" });
});

it.each([
  ["a name that is not there", "hal", otc, "wayout.yaml:1:8: no cloud hal; did you mean half?"],
  ["a name, and no settings", "otc", undefined, "wayout.yaml:1:8: no cloud otc; there is no clouds.yaml"],
  ["a cloud that is not whole", "half", otc, "cloud half: auth.username: is missing"],
])("says where the mistake is: %s", (_, name, clouds, says) => {
  expect(() => cloudOfSpec(spec(name), sources(clouds))).toThrow(says);
});
