import type { LabPort, LabState } from "../../state.ts";
import { addPort, virtualIpOwner } from "../operations/index.ts";

/** A virtual IP: a port without a server. */
export function addVirtualIp(
  state: LabState,
  wish: { readonly subnetId: string; readonly name?: string; readonly ip?: string },
): LabPort {
  return addPort(state, { ...wish, owner: virtualIpOwner });
}
