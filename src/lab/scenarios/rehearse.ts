/**
 * Builds a scenario's cloud and breaks its faults on paper, ahead of the lab: whatever the lab's own cloud and faults would
 * refuse is told with its place, and nothing has been brought up by then.
 */
import { Problem } from "../../report/problem.ts";
import type { Path, YamlFile } from "../../spec/yaml-file.ts";
import { type At, loadScenario } from "../daemon/load-scenario.ts";
import { withoutNetwork } from "../daemon/without-network.ts";
import { BrokenThings } from "../faults/broken-things.ts";
import { paperLab } from "../faults/paper-lab.ts";
import { LabState } from "../state.ts";
import type { ScenarioUse } from "./check.ts";
import type { Scenario } from "./schema.ts";

/** @throws Problem "lab/scenario" with the place in the file. */
export async function rehearse(file: YamlFile<Scenario>, { fabric }: ScenarioUse): Promise<void> {
  const state = new LabState(file.value.cloud);
  const at: At = (path, work) => {
    try {
      return work();
    } catch (cause) {
      throw placed(file, path, cause);
    }
  };
  loadScenario(state, file.value, at);
  const broken = new BrokenThings(paperLab(state, fabric === "none" ? withoutNetwork : undefined));
  for (const [index, words] of file.value.faults.entries()) {
    await broken.break(words.trim().split(/\s+/)).catch((cause) => {
      throw placed(file, ["faults", index], cause);
    });
  }
}

function placed(file: YamlFile<Scenario>, path: Path, cause: unknown): unknown {
  if (!(cause instanceof Problem)) return cause;
  return new Problem({
    code: "lab/scenario",
    summary: `${file.place(path)}: ${cause.summary}`,
    hint: cause.hint ?? "The lab's cloud refuses this, as a real one does.",
  });
}
