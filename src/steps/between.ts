import { isDeepStrictEqual } from "node:util";
import type { JsonObject, JsonValue } from "../report/json-value.ts";

/**
 * Whether `now` is on the way from how Wayout `left` an object back to how it was `before`: each part of it is as the one
 * or as the other. That is what is missing of Wayout's change, or was taken back by hand, and what an undo that was cut
 * short leaves. Where the two agree, the part was not Wayout's to change, and another value is somebody else's. Lists
 * are taken for sets. Pure.
 */
export function isBetween(
  now: JsonValue | undefined,
  left: JsonValue | undefined,
  before: JsonValue | undefined,
): boolean {
  if (isDeepStrictEqual(now, left) || isDeepStrictEqual(now, before)) return true;
  if (isList(now) && isList(left)) {
    const was = isList(before) ? before : [];
    return [...now, ...left, ...was].every((one) =>
      [left, was].some((list) => has(list, one) === has(now, one)),
    );
  }
  if (isObject(now) && isObject(left)) {
    const was = isObject(before) ? before : {};
    const names = Object.keys({ ...now, ...left, ...was });
    return names.every((name) => isBetween(now[name], left[name], was[name]));
  }
  return false;
}

function has(list: readonly JsonValue[], one: JsonValue): boolean {
  return list.some((other) => isDeepStrictEqual(one, other));
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isList(value);
}
