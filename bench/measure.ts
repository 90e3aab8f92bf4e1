/** Repeats and sums up. */

/**
 * Measures every subject once per round, in turn (A B C A B C ...): a disturbance of the machine meets all alike.
 * A first round is not counted. The result has each subject's figures in the order of the rounds.
 */
export async function interleaved<T>(
  subjects: readonly T[],
  rounds: number,
  measure: (subject: T) => Promise<number>,
): Promise<number[][]> {
  const figures = subjects.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      const figure = await measure(subject);
      if (round > 0) figures[index]?.push(figure);
    }
  }
  return figures;
}

export function median(figures: readonly number[]): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** The median of the ratios within each round: steadier than the ratio of two medians on a machine with other work. */
export function ratio(figures: readonly number[], to: readonly number[]): number {
  return median(figures.map((figure, round) => figure / (to[round] ?? Number.NaN)));
}
