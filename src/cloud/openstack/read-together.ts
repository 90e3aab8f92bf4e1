/**
 * Callers that ask in the same moment share one reading. Only then: whoever asks after a write has gone out asks later,
 * and gets a reading of his own.
 */
export function readTogether<T>(read: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => {
    if (current === undefined) {
      current = read();
      setImmediate(() => {
        current = undefined;
      });
    }
    return current;
  };
}
