/** Things that `ip` makes, in the order in which they are made, and the difference between two lists of them. */

export interface Item {
  /** What it is: "link uplink", "route 0.0.0.0/0 table 256". Unique within a namespace. */
  readonly key: string;
  /** Commands of `ip` without the word ip. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** `add` also changes what is there, in place, so nothing has to be removed first. */
  readonly replaces?: boolean;
  /** A new version is made anew even though its commands read the same. */
  readonly version?: string;
}

export interface Difference {
  /** Removed because a changed one follows in `add`; the last made first. */
  readonly before: readonly string[];
  readonly add: readonly string[];
  /** Removed for good, after everything that replaces them is in place. */
  readonly after: readonly string[];
}

export function difference(have: readonly Item[], want: readonly Item[]): Difference {
  const old = new Map(have.map((item) => [item.key, item]));
  const kept = new Set(want.map((item) => item.key));
  const changed = want.filter((item) => !same(old.get(item.key), item));
  const stale = new Set(changed.filter((item) => !item.replaces).map((item) => item.key));
  const backwards = have.toReversed();
  return {
    before: backwards.filter((item) => stale.has(item.key)).flatMap((item) => item.remove),
    add: changed.flatMap((item) => item.add),
    after: backwards.filter((item) => !kept.has(item.key)).flatMap((item) => item.remove),
  };
}

function same(a: Item | undefined, b: Item): boolean {
  return (
    a !== undefined &&
    a.version === b.version &&
    a.add.length === b.add.length &&
    a.add.every((line, index) => line === b.add[index])
  );
}
