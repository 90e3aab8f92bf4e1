/** How much memory the answers of a cloud may take together, whatever lists they are of. */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { CloudProblem } from "./errors.ts";

/**
 * 100,000 NICs and 10,000 servers take about 150 MB. With Node itself, the answers under way and what a plan makes of the
 * lists, a command stays under 512 MB.
 */
export const mostHeldBytes = 160 * 1024 * 1024;

/**
 * Looked at after each so much more: left alone, Node lets what is no longer used grow to twice of what is. Not more often,
 * since a collection takes a tenth of a second.
 */
const stepBytes = 48 * 1024 * 1024;

export interface Heap {
  /** With what is no longer used and not yet collected. */
  usedBytes(): number;
  collect(): void;
}

export interface MemoryBound {
  /** To be called after each answer. @throws CloudProblem cloud/bad-answer */
  check(): void;
}

export function openMemoryBound(heap: Heap = v8Heap): MemoryBound {
  let lookedAt = heap.usedBytes();
  const limit = lookedAt + mostHeldBytes;
  return {
    check() {
      if (heap.usedBytes() < lookedAt + stepBytes) return;
      // What is counted is what is really held: lists of earlier readings are gone then.
      heap.collect();
      lookedAt = heap.usedBytes();
      if (lookedAt < limit) return;
      throw new CloudProblem({
        code: "cloud/bad-answer",
        summary: `the lists of this cloud take more than ${mostHeldBytes / 1024 / 1024} MB of memory`,
        hint: "Is it the right cloud and project? Where it is as large as that, use a project or credentials that see less of it.",
      });
    },
  };
}

const v8Heap: Heap = {
  usedBytes() {
    const { used_heap_size: used, external_memory: external } = getHeapStatistics();
    return used + external;
  },
  collect() {
    collector ??= findCollector();
    collector?.();
  },
};

let collector: (() => void) | undefined;

/** The flag is read when a context is made, so a new one has the function while this program goes on without it. */
function findCollector(): (() => void) | undefined {
  setFlagsFromString("--expose-gc");
  const found: unknown = runInNewContext("gc");
  return typeof found === "function" ? () => void found() : undefined;
}
