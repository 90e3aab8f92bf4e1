import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take a minute or more, as measured, the longest ones first. */
const slowest = [
  "faults-at-the-proxy",
  "crash",
  "faults-in-apply",
  "faults-in-undo",
  "pair-faults",
  "pair-faults-in-changes",
  "pair-changes",
  "pair-between",
  "pair-drill",
  "pair-crash",
  "runs",
  "openstack",
  "main-job",
  "host-change",
  "gone-proxy",
  "faults-at-every-call",
  "daemon-faults",
].map((name) => `${name}.test.ts`);

/**
 * Begins the slowest files first. On a fresh machine Vitest knows only how large a file is, and a short
 * one that waits for five minutes would begin last and run on alone.
 */
export default class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const found = slowest.indexOf(basename(moduleId));
      return found === -1 ? slowest.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
