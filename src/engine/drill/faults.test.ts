import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { faultNames } from "../../report/drill.ts";
import { cableSeconds, faults, madeFrom } from "./faults.ts";

describe.each(faultNames)("fault %s", (name) => {
  const fault = faults[name];

  test("is a script of a POSIX shell", () => {
    execFileSync("sh", ["-n"], { input: fault.script });
  });

  test("says what it does to whom, and what could be noticed", () => {
    expect(fault.does("ecs-proxy-1")).toContain("ecs-proxy-1");
    expect(fault.notice).not.toBe("");
  });

  test("tells its moment, or where that will be written", () => {
    expect(fault.script).toMatch(/echo moment=|echo folder=/);
  });
});

test.each(["cable", "stop"] as const)("what takes %s back is armed before it is made", (name) => {
  const { script } = faults[name];
  const undo = name === "cable" ? "--unit=wayout-drill-mend " : "--unit=wayout-drill-start ";
  const made = name === "cable" ? "--unit=wayout-drill-cut " : "systemctl stop";
  expect(script.indexOf(undo)).toBeGreaterThan(0);
  expect(script.indexOf(made)).toBeGreaterThan(script.indexOf(undo));
});

test("a proxy whose cable is out is not asked before it is in again", () => {
  expect(faults.cable.awayMs).toBeGreaterThanOrEqual(cableSeconds * 1000);
});

test("the moment is read from what the host said", () => {
  expect(madeFrom("moment=1700000000123\n")).toEqual({ momentMs: 1700000000123, folder: null });
  expect(madeFrom("folder=/var/tmp/wayout-drill.aB3dEf\n")).toEqual({
    momentMs: null,
    folder: "/var/tmp/wayout-drill.aB3dEf",
  });
  expect(madeFrom("folder=/run/wayout-drill/told\n").folder).toBe("/run/wayout-drill/told");
});

test.each([
  "/etc",
  "/var/tmp/wayout-drill.aB3dEf/..",
  "/run/wayout-drill/told/../..",
  "/run/x; rm -rf /",
  "/var/tmp",
])("a host that says %s is not made to remove it", (folder) => {
  expect(madeFrom(`folder=${folder}\n`).folder).toBeNull();
});

test("a moment that no clock shows is none", () => {
  expect(madeFrom(`moment=${"9".repeat(400)}\n`).momentMs).toBeNull();
});
