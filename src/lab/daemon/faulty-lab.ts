import type { ApiFaults } from "../api/faults.ts";
import type { RunningApi } from "../api/server.ts";
import type { FaultyLab } from "../faults/fault.ts";
import type { LabState } from "../state.ts";
import type { Network } from "./network.ts";
import { withoutNetwork } from "./without-network.ts";

/** The lab as faults see it. */
export function faultyLab(
  state: LabState,
  api: Pick<RunningApi, "change">,
  apiFaults: ApiFaults,
  network: Network | undefined,
): FaultyLab {
  const present = (): Network => {
    if (!network) throw withoutNetwork();
    return network;
  };
  return {
    state,
    api: apiFaults,
    change: async (work) => await api.change(work),
    setCable: async (serverId, plugged) => await present().fabric.setCable(serverId, plugged),
    setPower: async (serverId, on) => {
      const { servers } = present();
      await (on ? servers.start(serverId) : servers.cutPower(serverId));
    },
    setPathMtu: async (limit) =>
      await present().fabric.setPathMtu(limit?.bytes ?? null, limit?.blackhole ? "blackhole" : "icmp"),
    run: async (serverId, script) => await present().servers.run(serverId, script),
  };
}
