/**
 * Builds a scenario's cloud and breaks its faults on paper, ahead of the lab: whatever the lab's own cloud and faults would
 * refuse is told with its place, and nothing has been brought up by then.
 */
import { Problem } from "../../report/problem.ts";
import type { Path, YamlFile } from "../../spec/yaml-file.ts";
import { ApiFaults } from "../api/faults.ts";
import { type At, loadScenario } from "../daemon/load-scenario.ts";
import { withoutNetwork } from "../daemon/without-network.ts";
import { BrokenThings } from "../faults/broken-things.ts";
import type { FaultyLab } from "../faults/fault.ts";
import { LabState } from "../state.ts";
import type { ScenarioUse } from "./check.ts";
import type { Scenario } from "./schema.ts";

/** @throws Problem "lab/scenario" with the place in the file. */
export async function rehearse(file: YamlFile<Scenario>, { fabric }: ScenarioUse): Promise<void> {
  const state = new LabState();
  const at: At = (path, work) => {
    try {
      return work();
    } catch (cause) {
      throw placed(file, path, cause);
    }
  };
  loadScenario(state, file.value, at);
  const broken = new BrokenThings(paperLab(state, fabric));
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

/** A lab of objects only: what reaches into servers and packets does nothing. */
function paperLab(state: LabState, fabric: ScenarioUse["fabric"]): FaultyLab {
  const inServers = async (): Promise<void> => {
    if (fabric === "none") throw withoutNetwork();
  };
  return {
    state,
    api: new ApiFaults(),
    change: async (work) => work(),
    setCable: inServers,
    setPower: inServers,
    setPathMtu: inServers,
    run: async () => {
      await inServers();
      return "";
    },
  };
}
