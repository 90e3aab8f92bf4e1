import type { Reporter, TestModule } from "vitest/node";

/** Ends the run with one plain line: "tests: 12 passed, 0 failed, 1 skipped". */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      if (module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) counts[test.result().state]++;
    }
    const { passed, failed, skipped } = counts;
    // After the default reporter's summary, which is written when this hook returns.
    process.once("exit", () => {
      process.stdout.write(
        `tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
      );
    });
  }
}
