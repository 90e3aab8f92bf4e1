/** `npm run test:clients`: clients that others wrote, against the lab's API. They are fetched and built first, so
 * they are not in `npm test`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "clients",
    reporters: ["verbose", "./test/counts-reporter.ts"],
    include: ["test/clients/**/*.test.ts"],
    globalSetup: ["test/lab/setup.ts"],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
});
