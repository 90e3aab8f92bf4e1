/** At most `width` tasks at a time, in the order in which they came. */
export function openGate(width: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = width;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((admit) => waiting.push(admit));
    try {
      return await task();
    } finally {
      // The place goes straight to the next one, so that no newcomer overtakes it.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
