import { z } from "zod";
import { Problem } from "../../report/problem.ts";
import { address, cloudId } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";
import { ownName } from "../gateway.ts";
import { isAllocated } from "../gateway-eip.ts";
import type { Step } from "../step.ts";

/**
 * Sees that the account has an EIP under the gateway's name. It stays the gateway's whichever NIC or virtual IP it is
 * bound to, and is released once, when the gateway is taken back or no longer uses it.
 */

const want = z.object({
  gateway: gatewayName,
  bandwidthMbit: z.number().positive().max(100_000),
  /** Of the networks of public addresses, it is from the one that this NIC leads to. */
  forNic: cloudId,
});
const have = z.object({ id: cloudId, address });
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const allocatedPublicIp: Step<Want, Have> = {
  kind: "cloud/allocated-public-ip",
  want,
  have,
  object: ({ gateway }) => ownName(gateway),
  title: ({ gateway }) => `Allocate an EIP for ${gateway}`,

  async observe({ gateway }, { cloud }) {
    const found = (await cloud.publicIps()).find((one) => isAllocated(gateway, one));
    if (!found) return { is: "absent" };
    const { id, address, nicId } = found;
    if (nicId === undefined) return { is: "ours", have: { id, address } };
    // Where the gateway uses it, that is taken back ahead of this step.
    return { is: "foreign", have: { id, address }, whose: `bound to NIC ${nicId}` };
  },

  decide({ gateway }, observed) {
    if (observed.is !== "absent") {
      return { action: "none", because: `EIP ${observed.have.address} was allocated for ${gateway}` };
    }
    return {
      action: "create",
      because: `the account has no EIP ${ownName(gateway)}`,
      after: { publicIp: "known after apply" },
      notice: "nothing before it is bound; an EIP costs money",
    };
  },

  async apply({ gateway, bandwidthMbit, forNic }, _, { cloud }) {
    await cloud.allocatePublicIp({ name: ownName(gateway), bandwidthMbit, forNic });
  },

  async undo({ gateway }, before, { cloud }) {
    const found = (await cloud.publicIps()).find((one) => isAllocated(gateway, one));
    if (!found || before.is !== "absent") return;
    if (found.nicId !== undefined) {
      throw new Problem({
        code: "undo/eip-in-use",
        summary: `EIP ${found.address} is bound to NIC ${found.nicId}, and not by Wayout`,
        hint: "Unbind it there, or keep it: `undo --force` goes on without releasing it.",
      });
    }
    await cloud.releasePublicIp(found.id);
  },

  describe: ({ address }) => address,
};
