/** Before the lab tests: what every one of them needs is made once, and what crashed runs left is removed. */
import { removeDeadLabs } from "../../src/lab/client/remove.ts";
import { ensureImage } from "../../src/lab/images/ensure-image.ts";

export default async function setup(): Promise<void> {
  const note = (text: string): void => void process.stderr.write(`${text}\n`);
  for (const name of await removeDeadLabs()) note(`removed what lab "${name}" had left`);
  for (const image of ["debian", "sysv"] as const) await ensureImage(image, { note });
}
