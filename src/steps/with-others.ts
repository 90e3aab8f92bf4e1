import { isDeepStrictEqual } from "node:util";

/**
 * The list before, with what others added to it and without what they took away, between Wayout's `left` and its `found`.
 * What Wayout itself took away was not left, and so nobody else took it. Pure.
 */
export function listWithOthers<T>(
  before: readonly T[],
  left: readonly T[],
  found: readonly T[],
  same: (a: T, b: T) => boolean = isDeepStrictEqual,
): T[] {
  const has = (list: readonly T[], one: T): boolean => list.some((other) => same(one, other));
  const kept = before.filter((one) => has(found, one) || !has(left, one));
  const added = found.filter((one) => !has(left, one) && !has(kept, one));
  return [...kept, ...added];
}
