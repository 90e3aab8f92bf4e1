import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  installScript,
  type PackageManager,
  type PairProgram,
  packagesFor,
  removeScript,
  unfinished,
} from "./packages.ts";

const all: readonly PairProgram[] = ["keepalived", "conntrackd", "conntrack", "arping", "perl"];
const managers: readonly PackageManager[] = ["apt-get", "dnf", "yum"];

test.each<[PackageManager, readonly PairProgram[], readonly string[]]>([
  ["apt-get", all, ["keepalived", "conntrackd", "conntrack", "iputils-arping", "perl-base"]],
  ["dnf", all, ["keepalived", "conntrack-tools", "iputils", "perl-interpreter"]],
  ["yum", all, ["keepalived", "conntrack-tools", "iputils", "perl-interpreter"]],
  ["dnf", ["conntrack", "conntrackd"], ["conntrack-tools"]],
  ["apt-get", ["arping"], ["iputils-arping"]],
  ["yum", [], []],
])("%s has %j in these packages", (manager, programs, names) => {
  expect(packagesFor(manager, programs)).toEqual(names);
});

test.each(managers)("what %s runs is text that every shell reads", (manager) => {
  const installs = [all, []].map((programs) => installScript(manager, packagesFor(manager, programs)));
  for (const script of [...installs, removeScript(manager, null), removeScript(manager, "perl-base\n")]) {
    for (const shell of ["sh", "bash"]) {
      const { status, stderr } = spawnSync(shell, ["-n"], { input: script });
      expect([status, stderr.toString()]).toEqual([0, ""]);
    }
  }
});

test.each<[PackageManager, string, string]>([
  ["apt-get", "--no-install-recommends install keepalived perl-base >", "purge $packages >"],
  ["dnf", "dnf -q -y install keepalived perl-interpreter >", "dnf -q -y remove $packages >"],
  ["yum", "yum -q -y install keepalived perl-interpreter >", "yum -q -y remove $packages >"],
])("%s installs without a question, and takes away what the list says", (manager, install, remove) => {
  expect(installScript(manager, packagesFor(manager, ["keepalived", "perl"]))).toContain(install);
  expect(removeScript(manager, null)).toContain(remove);
});

test.each(managers)("an installation by %s is written down ahead, and one after the other", (manager) => {
  const script = installScript(manager, packagesFor(manager, all));
  const at = (text: string) => script.indexOf(text);
  expect(at("flock -w 40 9")).toBeGreaterThan(0);
  expect(at(`remember "${unfinished}"`)).toBeGreaterThan(at("flock -w 40 9"));
  expect(at(`-y `)).toBeGreaterThan(at(`remember "${unfinished}"`));
  expect(removeScript(manager, null)).toContain("flock -w 40 9");
});

test("one that only is to be finished installs nothing", () => {
  for (const manager of managers) expect(installScript(manager, [])).not.toContain(" install");
});
