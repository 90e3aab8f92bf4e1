/** Reads a field of an answer whose form is not known for sure: "ports.0.id". Undefined where it is not there. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const key of path.split(".")) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.getOwnPropertyDescriptor(found, key)?.value;
  }
  return found;
}

/** An id in an answer, or one that no object has: the calls go on, and what follows differs too. */
export function idAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === "string" ? found : noId;
}

export const noId = "00000000-0000-0000-0000-000000000000";
