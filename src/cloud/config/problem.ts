import { CloudProblem } from "../errors.ts";

/** A mistake in the settings of a cloud: what is wrong, where it stands, what to write instead. */
export function configProblem(summary: string, detail: string, hint: string): CloudProblem {
  return new CloudProblem({ code: "cloud/config", summary, detail, hint });
}
