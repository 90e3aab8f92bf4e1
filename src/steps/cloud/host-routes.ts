import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { CloudReader } from "../../cloud/cloud.ts";
import { address, anyRange, cidr, cloudId } from "../../spec/forms.ts";
import { cloudText, gatewayName } from "../../spec/record-forms.ts";
import { ownMark } from "../gateway.ts";
import type { Observed, Step } from "../step.ts";
import { routesBeside } from "./dhcp-routes.ts";
import { changeNotice, learning, subnetGone, tell, tellAsBefore, toldAsBefore } from "./told-by-dhcp.ts";

/**
 * Tells the servers of a subnet by DHCP that the destinations are behind the proxy, where no router may say so. Neutron keeps
 * the list as a whole, and what others have put there stays.
 */

const hostRoute = z.object({ destination: anyRange, nextHop: anyRange });
const want = z.object({
  gateway: gatewayName,
  subnetId: cloudId,
  subnet: z.string(),
  /** As DHCP carries them: two halves for everything. */
  destinations: z.array(cidr),
  nextHop: address,
  nextHopName: z.string(),
  /** What goes on by the old gateway, unless the list says otherwise already. */
  beside: z.array(hostRoute),
  /** Next hops whose open connections the new one carries on: a proxy that is one of a pair now. */
  continues: z.array(z.string()),
});
const have = z.object({ hostRoutes: z.array(hostRoute), marks: z.array(cloudText) });
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;
type HostRoute = z.infer<typeof hostRoute>;

/** Neutron's default of max_subnet_host_routes. */
const most = 20;

export const hostRoutes: Step<Want, Have> = {
  kind: "cloud/host-routes",
  want,
  have,
  object: ({ subnet }) => subnet,
  title: ({ subnet, nextHopName }) => `Tell ${subnet}'s servers by DHCP that their way out is ${nextHopName}`,

  observe: (wanted, { cloud }) => observeRoutes(wanted, cloud),

  decide(wanted, observed, { adopt }) {
    const { subnet, nextHop, nextHopName, continues } = wanted;
    if (observed.is === "absent") {
      const because = `${subnet} is gone, or is no longer its servers' to be told anything by DHCP`;
      return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
    }
    if (observed.is === "foreign" && !adopt) {
      return {
        action: "blocked",
        because: `${subnet} already has host routes to the same destinations, ${observed.whose}`,
        hint: "Take them out, or take them over with `--adopt`: their traffic then goes to the proxy, and undo brings them back.",
        adoptable: true,
      };
    }
    const now = observed.have.hostRoutes;
    const after = wantedRoutes(wanted, now);
    if (after.length > most) {
      return {
        action: "blocked",
        because: `${subnet} would have ${after.length} host routes, and Neutron takes ${most}`,
        hint: "Take some out of the subnet, or use a gateway for fewer destinations.",
        adoptable: false,
      };
    }
    if (sameRoutes(now, after) && observed.is === "ours") {
      return { action: "none", because: `${subnet}'s servers are told so already` };
    }
    const old = now.find((one) => wanted.destinations.includes(one.destination))?.nextHop;
    return {
      action: observed.is === "foreign" ? "adopt" : old === undefined ? "create" : "change",
      because:
        old === undefined
          ? `${subnet} has no host routes to ${wanted.destinations.join(" and ")}`
          : old === nextHop
            ? "its other host routes are not as they should be"
            : `they go to ${old}`,
      after: { hostRoutes: after.map((one) => `${one.destination} via ${one.nextHop}`) },
      notice: noticeOf(old, continues, nextHopName),
    };
  },

  async apply(wanted, observed, { cloud }) {
    if (observed.is === "absent") return;
    const routes = wantedRoutes(wanted, observed.have.hostRoutes);
    await tell(wanted, cloud, () => cloud.setHostRoutes(wanted.subnetId, routes));
  },

  async undo(wanted, before, { cloud }) {
    if (before.is === "absent") return;
    const { hostRoutes: routes, marks } = before.have;
    await tellAsBefore(wanted, marks, cloud, () => cloud.setHostRoutes(wanted.subnetId, routes));
  },

  takenBack: toldAsBefore,

  gone: subnetGone,

  describe: ({ hostRoutes: routes }) =>
    routes.length === 0
      ? "no host routes"
      : routes.map((one) => `${one.destination} via ${one.nextHop}`).join(", "),

  // The mark too: a run that was killed between the two leaves one of them.
  own: ({ hostRoutes: routes, marks }) => ({
    hostRoutes: [...routes].sort(byDestination),
    marks: [...marks].sort(),
  }),
};

function wantedRoutes({ destinations, nextHop, beside }: Want, now: readonly HostRoute[]): HostRoute[] {
  const ours = destinations.map((destination) => ({ destination, nextHop }));
  return [...routesBeside(now, destinations, beside), ...ours];
}

function noticeOf(old: string | undefined, continues: readonly string[], nextHopName: string): string {
  if (old === undefined) {
    return `${learning}: what they send by their router now goes to ${nextHopName} from then on, except to the subnets beside them and the metadata service`;
  }
  return changeNotice(old, continues);
}

async function observeRoutes(wanted: Want, cloud: CloudReader): Promise<Observed<Have>> {
  const found = (await cloud.subnets()).find(({ id }) => id === wanted.subnetId);
  if (!found?.dhcp) return { is: "absent" };
  const there: Have = {
    hostRoutes: found.dhcp.hostRoutes.map((one) => ({ ...one })),
    marks: [...found.dhcp.marks],
  };
  const taken = there.hostRoutes.filter((one) => wanted.destinations.includes(one.destination));
  if (taken.length === 0 || there.marks.includes(ownMark(wanted.gateway))) return { is: "ours", have: there };
  const made = there.marks[0]?.slice("wayout:".length);
  const whose = `to ${taken.map((one) => one.nextHop).join(" and ")}, ${made ? `made for gateway ${made}` : "not made by Wayout"}`;
  return { is: "foreign", have: there, whose };
}

function sameRoutes(a: readonly HostRoute[], b: readonly HostRoute[]): boolean {
  return isDeepStrictEqual(a.toSorted(byDestination), b.toSorted(byDestination));
}

function byDestination(a: HostRoute, b: HostRoute): number {
  return a.destination < b.destination ? -1 : a.destination > b.destination ? 1 : 0;
}
