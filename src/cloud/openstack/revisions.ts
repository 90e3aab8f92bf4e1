/** Writes that lose against another one which came first: Neutron's revision numbers and If-Match. */
import { isDeepStrictEqual } from "node:util";
import type { JsonValue } from "../../report/json-value.ts";
import { CloudProblem, isCloudProblem } from "../errors.ts";
import type { Extensions } from "./extensions.ts";

interface Revised {
  readonly revision_number?: number | null | undefined;
}

/** 412: somebody else changed the object between the reading and the writing. */
const overtaken = 412;

/** Neutron's own agents move a port's revision several times in the seconds after each change (Zed, on a busy machine). */
const turns = 10;

interface GuardedChange<T extends Revised> {
  read(): Promise<T | undefined>;
  /** What is written; undefined where it is so already: also after a write whose answer was lost and that went out twice. */
  wanted(now: T): JsonValue | undefined;
  /** The same part as it is. Where somebody else has changed just that, the change is given up. */
  part(now: T): unknown;
  write(change: JsonValue, headers: Readonly<Record<string, string>>): Promise<void>;
  /** Where the object is gone there is nothing to do. */
  readonly mayBeGone?: true;
}

/**
 * Reads, writes with If-Match, and again where another change of the object came in between.
 * @throws CloudProblem cloud/conflict where that other change was of the same part; cloud/not-found.
 */
export async function changeGuarded<T extends Revised>(
  what: string,
  extensions: Extensions,
  change: GuardedChange<T>,
): Promise<void> {
  const guarded = await extensions.has("revision-if-match");
  let first: unknown;
  for (let turn = 1; ; turn += 1) {
    const now = await change.read();
    if (now === undefined) {
      if (change.mayBeGone) return;
      throw new CloudProblem({
        code: "cloud/not-found",
        summary: `${what} is gone from the cloud`,
        hint: "Run plan again.",
      });
    }
    const wanted = change.wanted(now);
    if (wanted === undefined) return;
    const part = change.part(now);
    if (turn === 1) first = part;
    else if (!isDeepStrictEqual(part, first)) {
      throw new CloudProblem({
        code: "cloud/conflict",
        summary: `${what} was changed by somebody else at the same time`,
        hint: "Run plan again to see how it stands.",
        retry: true,
      });
    }
    const revision = now.revision_number;
    const headers = guarded && revision !== null && revision !== undefined;
    try {
      await change.write(wanted, headers ? { "If-Match": `revision_number=${revision}` } : {});
      return;
    } catch (error) {
      if (turn === turns || !isCloudProblem(error, "cloud/conflict") || error.status !== overtaken)
        throw error;
    }
  }
}

/** Lists in Neutron have no order. */
export function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  const texts = (list: readonly unknown[]) => list.map((one) => JSON.stringify(one)).sort();
  return isDeepStrictEqual(texts(a), texts(b));
}
