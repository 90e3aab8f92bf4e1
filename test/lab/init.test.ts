/** `wayout init` against a cloud: what it writes is what plan reads, and nobody's file is written over. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLab } from "../../src/lab/client/labs.ts";
import { must, run, wayout, wayoutPath } from "./wayout-command.ts";
import { cloudState } from "./world-state.ts";

const lab = "test-init";
const folder = mkdtempSync(join(tmpdir(), "wayout-test-"));
const file = join(folder, "wayout.yaml");
const where = ["--file", file, "--lab", lab];
const init = ["init", "--cloud", "lab", ...where];

beforeAll(async () => {
  await must("lab", "up", "--name", lab);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  rmSync(folder, { recursive: true });
});

test("finds the proxy and the servers without an EIP, and changes nothing in the cloud", async () => {
  const before = await cloudState(lab);
  const answer: unknown = JSON.parse(await must(...init, "--json"));
  expect(answer).toEqual({
    file,
    vpc: "vpc-demo",
    proxies: ["ecs-proxy"],
    subnets: ["subnet-app", "subnet-other"],
    savesEips: 3,
  });
  expect(await cloudState(lab)).toEqual(before);
});

test("who has told the openstack client of a lab has told Wayout of it", async () => {
  const path = join(folder, "told.yaml");
  const { cloudsFile } = await openLab(lab);
  const told = ["env", "OS_CLOUD=lab", `OS_CLIENT_CONFIG_FILE=${cloudsFile}`, wayoutPath] as const;
  const written = await run(...told, "init", "--yes", "--file", path);
  expect(written, written.stderr).toMatchObject({ code: 0 });
  expect(await run(...told, "plan", "--file", path)).toMatchObject({ code: 2 });
});

test("what it wrote is what plan reads", async () => {
  const plan = await wayout("plan", ...where);
  expect(plan, plan.stderr).toMatchObject({ code: 2 });
  expect(plan.stdout).toContain("Send subnet-app, subnet-other's default route to ecs-proxy");
});

test("a file that is there stays as it is, until --force is given", async () => {
  const before = readFileSync(file, "utf8");
  const refused = await wayout(...init);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain("file/exists");
  expect(readFileSync(file, "utf8")).toBe(before);
  await must(...init, "--force", "--subnet", "subnet-app");
  expect(readFileSync(file, "utf8")).toContain("# - subnet-other");
});

test.each([
  [["--proxy", "ecs-proxi"], "--proxy: no proxy ecs-proxi to offer; did you mean ecs-proxy?"],
  [["--vpc", "vpc-dmeo"], "--vpc: no VPC vpc-dmeo to offer; did you mean vpc-demo?"],
  [["--subnet", "subnet-ap"], "--subnet: no subnet subnet-ap to offer; did you mean subnet-app?"],
])("a name that is wrong is answered with the nearest one: %j", async (words, said) => {
  const refused = await wayout(...init, "--force", ...words);
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.stderr).toContain(said);
});

test("what does not go together is refused as a plan would refuse it, and nothing is written", async () => {
  const other = `${lab}-os`;
  const path = join(folder, "other.yaml");
  await must("lab", "up", "openstack", "--fabric", "none", "--name", other);
  try {
    const words = ["init", "--cloud", "lab", "--lab", other, "--file", path, "--vpc", "router-public"];
    const apart = await wayout(...words, "--proxy", "ecs-proxy-1", "--subnet", "subnet-other");
    expect(apart).toMatchObject({ code: 1 });
    expect(apart.stderr).toContain("a plan of this would be blocked");
    const pair = ["--proxy", "ecs-proxy-1", "--proxy", "ecs-beside", "--subnet", "subnet-app"];
    expect((await wayout(...words, ...pair)).stderr).toContain("ecs-beside is in subnet-other");
    expect(existsSync(path)).toBe(false);
    await must(...words, "--yes");
  } finally {
    await wayout("lab", "down", "--name", other);
  }
});
