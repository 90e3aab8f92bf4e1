import { Problem } from "../../report/problem.ts";
import { oneLine } from "../../report/visible.ts";
import { suggestion } from "../../spec/nearest.ts";
import type { GatewaySpec, SpecFile } from "../../spec/spec.ts";
import type { Path } from "../../spec/yaml-file.ts";

/** What is asked for one gateway, with its place in the file: every mistake is told with it. */
export class Asked {
  readonly spec: GatewaySpec;
  readonly #file: SpecFile;
  readonly #index: number;

  constructor(file: SpecFile, spec: GatewaySpec, index: number) {
    this.spec = spec;
    this.#file = file;
    this.#index = index;
  }

  /** The one object called `name` (or with that id). */
  one<T extends { readonly id: string; readonly name: string }>(
    noun: string,
    asked: string,
    known: readonly T[],
    path: Path,
    where = "",
  ): T {
    // As the names of the cloud come in.
    const name = oneLine(asked);
    const found = known.filter((one) => one.name === name || one.id === name);
    if (found[0] && found.length === 1) return found[0];
    if (found.length > 1) {
      const hint = `Write its id instead: ${found.map((one) => one.id).join(" or ")}.`;
      throw this.problem(
        `spec/ambiguous-${noun}`,
        path,
        `${found.length} ${noun}s are called ${name}${where}`,
        hint,
      );
    }
    const names = known.map((one) => one.name);
    const label = noun === "vpc" ? "VPC" : noun;
    const meant = suggestion(name, names, label);
    throw this.problem(
      `spec/unknown-${noun}`,
      path,
      `no ${label} ${name}${where}; ${meant}`,
      "Nothing was changed.",
    );
  }

  problem(code: string, path: Path, text: string, hint: string): Problem {
    const place = this.#file.place(["gateways", this.#index, ...path]);
    return new Problem({ code, summary: `${place}: ${text}`, ...(hint === "" ? {} : { hint }) });
  }
}
