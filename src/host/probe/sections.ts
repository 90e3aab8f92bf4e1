/** Takes the probe's output apart. */
import { sectionMark } from "./script.ts";

export interface Section {
  readonly name: string;
  readonly args: readonly string[];
  readonly lines: readonly string[];
}

export class Sections {
  private readonly all: readonly Section[];

  constructor(output: string) {
    const all: { name: string; args: string[]; lines: string[] }[] = [];
    for (const line of output.split("\n")) {
      if (line.startsWith(`${sectionMark} `)) {
        const [name = "", ...args] = line.slice(sectionMark.length + 1).split(" ");
        all.push({ name, args, lines: [] });
      } else {
        all.at(-1)?.lines.push(line);
      }
    }
    this.all = all;
  }

  /** The lines of the section without empty ones; none when the section is missing. */
  lines(name: string): readonly string[] {
    return this.all.find((one) => one.name === name)?.lines.filter((line) => line.trim() !== "") ?? [];
  }

  named(name: string): readonly Section[] {
    return this.all.filter((one) => one.name === name);
  }

  has(name: string): boolean {
    return this.all.some((one) => one.name === name);
  }
}
