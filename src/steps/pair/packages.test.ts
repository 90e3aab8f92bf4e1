/** Installing what a pair needs on its hosts. */
import { expect, test } from "vitest";
import type { HostFacts } from "../../host/host.ts";
import { pairPaths } from "../../host/pair/paths.ts";
import { factsOf, worldOfHost } from "../testing/still-host.ts";
import { packages as step } from "./packages.ts";

const want = { gateway: "egress", host: { server: "ecs-1", destination: "203.0.113.11" } };
const debian = factsOf("debian");
const complete = { keepalived: true, conntrackd: true, conntrack: true, arping: true, perl: true };
const bare = { keepalived: false, conntrackd: false, conntrack: false, arping: false, perl: false };
const facts = (has: Partial<HostFacts["has"]>, more: Partial<HostFacts> = {}): HostFacts => ({
  ...debian,
  packageManager: "apt-get",
  has: { ...debian.has, ...complete, ...has },
  ...more,
});
const observe = (host: HostFacts) => step.observe(want, worldOfHost(host));
const decide = async (host: HostFacts) => step.decide(want, await observe(host), { adopt: true });

test("nothing is installed where all is there, by whatever it came", async () => {
  expect(await decide(facts({}))).toEqual({ action: "none", because: "they are there" });
  expect(await decide(facts({}, { packageManager: null }))).toMatchObject({ action: "none" });
});

test("an installation that was cut short is gone on with, even where all is there", async () => {
  const list = { path: pairPaths.packages, mode: "644", content: "# unfinished\nkeepalived\n" };
  expect(await decide(facts({}, { ownFiles: [list] }))).toMatchObject({
    action: "create",
    because: "an installation was begun and not finished",
  });
});

test.each<["apt-get" | "dnf" | "yum", Partial<HostFacts["has"]>, string, readonly string[]]>([
  ["apt-get", { keepalived: false }, "keepalived is missing", ["keepalived"]],
  ["apt-get", { arping: false, perl: false }, "arping, perl are missing", ["iputils-arping", "perl-base"]],
  [
    "apt-get",
    bare,
    "keepalived, conntrackd, conntrack, arping, perl are missing",
    ["keepalived", "conntrackd", "conntrack", "iputils-arping", "perl-base"],
  ],
  ["dnf", { conntrackd: false, conntrack: false }, "conntrackd, conntrack are missing", ["conntrack-tools"]],
  [
    "yum",
    bare,
    "keepalived, conntrackd, conntrack, arping, perl are missing",
    ["keepalived", "conntrack-tools", "iputils", "perl-interpreter"],
  ],
])("%s installs what is missing of %j, and nothing else", async (packageManager, has, because, names) => {
  expect(await decide(facts(has, { packageManager }))).toMatchObject({
    action: "create",
    because,
    after: { packages: names, by: packageManager },
    notice: expect.stringContaining(`${packageManager} on ecs-1 is busy meanwhile`),
  });
});

test.each<[string, HostFacts, string, string]>([
  [
    "is not run by systemd",
    facts({}, { init: "sysv" }),
    "ecs-1 is not run by systemd",
    "A pair needs systemd on both; use one proxy.",
  ],
  [
    "has no package manager that is known",
    facts({ keepalived: false, arping: false }, { packageManager: null }),
    "keepalived, arping are missing on ecs-1, which has neither apt-get nor dnf nor yum",
    "Install them by hand.",
  ],
])("a host that %s is blocked", async (_, host, because, hint) => {
  expect(await decide(host)).toEqual({ action: "blocked", because, hint, adoptable: false });
});

test("a host of which nothing is known is blocked", () => {
  expect(step.decide(want, { is: "absent" }, { adopt: true })).toMatchObject({
    action: "blocked",
    because: "nothing is known of ecs-1",
    hint: "Run plan again.",
  });
});

test("its own is what was installed, or what is missing before; not the manager, which is the host's", async () => {
  const list = { path: pairPaths.packages, mode: "644", content: "keepalived\nlibnl-3-200\n" };
  const observed = await observe(facts({ perl: false }, { ownFiles: [list] }));
  if (observed.is === "absent") throw new Error("facts are never absent");
  expect(step.own?.(observed.have, want)).toEqual({ installed: ["keepalived", "libnl-3-200"] });
  expect(step.describe(observed.have)).toBe("perl missing");
  const before = await observe(facts({ perl: false }));
  if (before.is === "absent") throw new Error("facts are never absent");
  expect(step.own?.(before.have, want)).toEqual({ missing: ["perl"], installed: null });
});

test("want and have survive the journal's JSON", async () => {
  for (const host of [facts({}), facts(bare, { packageManager: null })]) {
    const observed = await observe(host);
    if (observed.is === "absent") throw new Error("facts are never absent");
    expect(step.have.parse(JSON.parse(JSON.stringify(observed.have)))).toEqual(observed.have);
  }
  expect(step.want.parse(JSON.parse(JSON.stringify(want)))).toEqual(want);
});
