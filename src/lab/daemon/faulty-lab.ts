import type { ApiFaults } from "../api/faults.ts";
import type { RunningApi } from "../api/server.ts";
import type { FaultyLab } from "../faults/fault.ts";
import type { LabState } from "../state.ts";
import type { Network } from "./network.ts";
import { present } from "./without-network.ts";

/** The lab as faults see it. */
export function faultyLab(
  state: LabState,
  api: Pick<RunningApi, "change">,
  apiFaults: ApiFaults,
  network: Network | undefined,
): FaultyLab {
  return {
    state,
    api: apiFaults,
    change: async (work) => await api.change(work),
    setCable: async (serverId, plugged) => await present(network).fabric.setCable(serverId, plugged),
    setPower: async (serverId, on) => {
      const { servers } = present(network);
      await (on ? servers.start(serverId) : servers.cutPower(serverId));
    },
    setPathMtu: async (limit) => await present(network).fabric.setPathMtu(limit),
    run: async (serverId, script) => await present(network).servers.run(serverId, script),
  };
}
