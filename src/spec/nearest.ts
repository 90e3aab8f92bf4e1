/** The name of `names` that `word` was most likely meant to be, or undefined when none is near. */
export function nearest(word: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** "did you mean vpc-demo?", or the names that exist, or that there are none. */
export function suggestion(word: string, names: readonly string[], noun: string): string {
  const near = nearest(word, names);
  if (near !== undefined) return `did you mean ${near}?`;
  if (names.length === 0) return `there is no ${noun} yet`;
  const some = [...names].sort().slice(0, 8).join(", ");
  return names.length > 8 ? `there are ${some} and ${names.length - 8} more` : `there is ${some}`;
}

/** The first of them, where a cloud may name any number: "a, b and 3 more". */
export function someOf(names: readonly string[], most = 20): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/**
 * Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; gives up with `limit` once it
 * cannot be below it, so that one misspelt name among ten thousand costs little.
 */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforeLast[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    if (Math.min(...current) >= limit) return limit;
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? limit;
}
