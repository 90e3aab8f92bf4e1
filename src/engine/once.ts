/** Reads when it is asked for the first time, and answers the same ever after. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}

/** `once` for each key. */
export function oncePer<Key, T>(read: (key: Key) => Promise<T>): (key: Key) => Promise<T> {
  const readings = new Map<Key, Promise<T>>();
  return (key) => {
    const reading = readings.get(key) ?? read(key);
    readings.set(key, reading);
    return reading;
  };
}
