import { Problem } from "../../report/problem.ts";
import { exposureOf } from "../../spec/safe-folder.ts";

/** The lab runs what lies in its folders as root. @throws Problem lab/folder-exposed */
export function mustBeSafe(path: string): void {
  const exposure = exposureOf(path);
  if (exposure === undefined) return;
  throw new Problem({
    code: "lab/folder-exposed",
    summary: `${path} is not safe from other users of this machine`,
    detail: exposure,
    hint: "Remove the folder after a look at what is in it, or give it to root with mode 700, and run the command again.",
  });
}
