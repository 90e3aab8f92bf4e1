import { randomBytes } from "node:crypto";
import { type Arming, armedSeconds } from "../../host/armed.ts";

/** A timer of its own for each change. */
export function newArming(): Arming {
  return { token: randomBytes(6).toString("hex"), seconds: armedSeconds };
}
