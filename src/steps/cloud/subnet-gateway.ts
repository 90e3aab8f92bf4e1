import { z } from "zod";
import type { CloudReader } from "../../cloud/cloud.ts";
import { address, anyRange, cloudId } from "../../spec/forms.ts";
import { cloudText, gatewayName } from "../../spec/record-forms.ts";
import { ownMark } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";
import { changeNotice, learning, subnetGone, tell, tellAsBefore, toldAsBefore } from "./told-by-dhcp.ts";

/** Makes the proxy the gateway of a subnet that no router is in. Servers learn it by DHCP. */

const want = z.object({
  gateway: gatewayName,
  subnetId: cloudId,
  subnet: z.string(),
  ip: address,
  name: z.string(),
  /** Gateways whose open connections the new one carries on: a proxy that is one of a pair now. */
  continues: z.array(z.string()).exactOptional(),
});
const have = z.object({
  /** "": none. */
  gatewayIp: z.union([anyRange, z.literal("")]),
  marks: z.array(cloudText),
});
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const subnetGateway: Step<Want, Have> = {
  kind: "cloud/subnet-gateway",
  want,
  have,
  object: ({ subnet }) => subnet,
  title: ({ subnet, name }) => `Make ${name} the gateway of ${subnet}`,

  observe: (wanted, { cloud }) => observeGateway(wanted, cloud),

  decide(wanted, observed, { adopt }) {
    const { gateway, subnet, ip, name } = wanted;
    if (observed.is === "absent") {
      const because = `${subnet} is gone`;
      return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
    }
    if (observed.is === "foreign" && !adopt) {
      return {
        action: "blocked",
        because: `the gateway of ${subnet} is ${observed.whose}`,
        hint: "Take it over with `--adopt`: what went by it goes to the proxy then, and undo brings it back.",
        adoptable: true,
      };
    }
    const { gatewayIp, marks } = observed.have;
    const inUse = observed.is === "foreign" || (gatewayIp !== "" && marks.includes(ownMark(gateway)));
    if (observed.is === "ours" && gatewayIp === ip) {
      return { action: "none", because: `the gateway of ${subnet} is ${name} already` };
    }
    return {
      action: observed.is === "foreign" ? "adopt" : "change",
      because: gatewayIp === "" ? `${subnet} has no gateway` : `its gateway ${gatewayIp} is not ${name}`,
      after: { gateway: ip },
      notice: inUse
        ? changeNotice(gatewayIp, wanted.continues ?? [])
        : `${learning}; their way out begins then`,
    };
  },

  apply: (wanted, _observed, { cloud }) =>
    tell(wanted, cloud, () => cloud.setSubnetGateway(wanted.subnetId, wanted.ip)),

  async undo(wanted, before, { cloud }) {
    if (before.is === "absent") return;
    const { gatewayIp, marks } = before.have;
    await tellAsBefore(wanted, marks, cloud, () => cloud.setSubnetGateway(wanted.subnetId, gatewayIp));
  },

  takenBack: toldAsBefore,

  gone: subnetGone,

  describe: ({ gatewayIp }) => (gatewayIp === "" ? "no gateway" : `gateway ${gatewayIp}`),

  // The mark too: a run that was killed between the two leaves one of them.
  own: ({ gatewayIp, marks }) => ({ gatewayIp, marks: [...marks].sort() }),
};

/** An address that nobody has is what Neutron gives every subnet at first: no gateway of anybody's. */
async function observeGateway(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const [subnets, nics] = await Promise.all([cloud.subnets(), cloud.nics({ subnetId: wanted.subnetId })]);
  const found = subnets.find(({ id }) => id === wanted.subnetId);
  if (!found) return { is: "absent" };
  const there: Have = { gatewayIp: found.gatewayIp, marks: [...(found.dhcp?.marks ?? [])] };
  const holder = nics.find((nic) => nic.ip === found.gatewayIp);
  const ours = found.gatewayIp === wanted.ip || there.marks.includes(ownMark(wanted.gateway));
  if (!holder || ours) return { is: "ours", have: there };
  return {
    is: "foreign",
    have: there,
    whose: `${found.gatewayIp}, ${holder.name || "a NIC"} (${holder.owner || "no owner"})`,
  };
}
