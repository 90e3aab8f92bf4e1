import { homedir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import SlowestFirst from "./test/slowest-first.ts";

const withLabs = {
  // As `wayout` sets it, for the parts of Wayout that tests begin by themselves.
  env: { NODE_COMPILE_CACHE: join(homedir(), ".cache/wayout/compiled") },
  globalSetup: ["test/lab/setup.ts"],
  testTimeout: 120_000,
  hookTimeout: 300_000,
};

export default defineConfig({
  test: {
    reporters: ["default", "./test/counts-reporter.ts"],
    sequence: { sequencer: SlowestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "test/rules/**/*.test.ts",
            "test/cases/**/*.test.ts",
            "test/hostile/**/*.test.ts",
            "test/openstack/calls/*.test.ts",
          ],
          exclude: ["test/hostile/lab-*.test.ts", "test/hostile/pair-*.test.ts"],
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          exclude: ["test/lab/pair-*.test.ts"],
          ...withLabs,
          // Labs do not touch each other; most of a test is waiting for packets that must not come.
          maxWorkers: 5,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "pair",
          include: ["test/lab/pair-*.test.ts"],
          ...withLabs,
          // Adverts come every 50 ms, and what is measured are milliseconds: with less beside it than the others have.
          maxWorkers: 3,
          // Some set two pairs up in one test: half of that time on a quiet machine.
          testTimeout: 240_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
