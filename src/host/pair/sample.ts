/** Samples of what the two proxies know of connections, and how they are compared. Pure. */

/**
 * Some of a set of connections: the smallest of their hashes, ascending, each once. All of them where the set is no larger. Both
 * proxies hash alike (scripts/sample.pl), so the same connection has the same hash on both.
 */
export interface Sample {
  /** The size of the whole set. */
  readonly count: number;
  readonly hashes: readonly number[];
}

/**
 * How many connections of `all` are not in `known`. Exact where both samples are whole sets; else estimated from the part of the
 * hashes that both samples cover.
 */
export function missing(all: Sample, known: Sample): number {
  const covered = (sample: Sample) =>
    sample.count > sample.hashes.length ? (sample.hashes.at(-1) ?? 0) : Number.POSITIVE_INFINITY;
  const until = Math.min(covered(all), covered(known));
  const compared = all.hashes.filter((hash) => hash <= until);
  // The other set is so much larger that its sample ends before this one begins.
  if (compared.length === 0) return all.count;
  const has = new Set(known.hashes);
  const share = compared.filter((hash) => !has.has(hash)).length / compared.length;
  return Math.round(share * all.count);
}
