import { ApiFaults } from "../api/faults.ts";
import type { LabState } from "../state.ts";
import type { FaultyLab } from "./fault.ts";

/** A lab of objects only: what reaches into servers and packets does nothing, or fails as `refusal` says. */
export function paperLab(state: LabState, refusal?: () => Error): FaultyLab {
  const reach = async (): Promise<void> => {
    if (refusal) throw refusal();
  };
  return {
    state,
    api: new ApiFaults(),
    change: async (work) => work(),
    setCable: reach,
    setPower: reach,
    setPathMtu: reach,
    run: async () => {
      await reach();
      return "";
    },
  };
}
