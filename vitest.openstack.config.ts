import { defineConfig } from "vitest/config";

/** Not among the projects of vitest.config.ts: it takes minutes and some gigabytes of Debian packages. */
export default defineConfig({
  test: {
    name: "openstack",
    reporters: ["default", "./test/counts-reporter.ts"],
    include: ["test/openstack/*.test.ts"],
    globalSetup: ["test/openstack/setup.ts"],
    // One cloud, one project in it.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
});
