/**
 * A probe is one fact about the packet's way, tried from a seat: a machine where a shell script can run.
 * verify, the gates of apply and the doctor run the same ones.
 */
export interface Probe {
  /** The file's name: "ping". */
  readonly name: string;
  /** What it reaches for, as people read it. */
  readonly to: string;
  /**
   * POSIX shell. Exit 0: it works; 3: this machine has no tool to try it with; else: it does not work.
   * What it prints is the evidence.
   */
  readonly script: string;
  /** A further look at what was printed: undefined when it is right, else what is wrong. */
  readonly wrong?: (output: string) => string | undefined;
}

export interface ProbeResult {
  readonly name: string;
  readonly to: string;
  /** null: it could not be tried. */
  readonly ok: boolean | null;
  readonly evidence: string;
}

/** Exit code of a probe's script for "no tool here to try it with". */
export const noTool = 3;

/**
 * One script that runs all probes side by side and prints what each found, indented below a line of its own. They are
 * one pipeline: all of its members run at once, and each holds what it found in a variable until those before it have
 * passed theirs on. So there is no file that could be left behind, whenever and however the script or its connection ends.
 */
export function scriptOf(probes: readonly Probe[]): string {
  // Functions, since old shells cannot read a "case" inside of $( ).
  const functions = probes.map(({ script }, index) => `probe_${index}() {\n${script}\n}`);
  const members = probes.map((_, index) => (index === 0 ? "found 0 </dev/null" : `found ${index}`));
  return `${functions.join("\n")}
found() {
  text=$("probe_$1" </dev/null 2>&1); code=$?
  cat
  echo "=== $1 $code"; printf '%s\\n' "$text" | sed 's/^/ /'
}
${members.join(" | ") || ":"}
`;
}

/** What each probe found, from the output of `scriptOf`. */
export function readResults(probes: readonly Probe[], output: string): ProbeResult[] {
  const sections = new Map<number, { exit: number; text: string }>();
  for (const section of output.split(/^=== /m).slice(1)) {
    const [head = "", ...lines] = section.split("\n");
    const [index, exit] = head.split(" ").map(Number);
    if (index !== undefined && exit !== undefined)
      sections.set(index, {
        exit,
        text: lines
          .map((line) => line.slice(1))
          .join("\n")
          .trim(),
      });
  }
  return probes.map(({ name, to, wrong }, index) => {
    const found = sections.get(index);
    if (!found) return { name, to, ok: null, evidence: "the script ended before this was tried" };
    const evidence = found.text === "" ? `exit ${found.exit}` : found.text;
    if (found.exit === noTool) return { name, to, ok: null, evidence: `not tried: ${evidence}` };
    const fault = found.exit === 0 ? wrong?.(found.text) : undefined;
    if (fault !== undefined) return { name, to, ok: false, evidence: fault };
    return { name, to, ok: found.exit === 0, evidence };
  });
}
