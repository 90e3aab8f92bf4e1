import type { PublicIp } from "./cloud.ts";
import { CloudProblem } from "./errors.ts";

/** An EIP that was to be bound, and is bound already: it is somebody else's connection. */
export function eipBoundElsewhere({ address, nicId }: PublicIp): CloudProblem {
  return new CloudProblem({
    code: "cloud/conflict",
    summary: `EIP ${address} is bound to another NIC (${nicId})`,
    hint: "Unbind it there first, or choose another EIP.",
  });
}
