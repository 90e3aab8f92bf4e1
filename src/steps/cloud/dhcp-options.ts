import { z } from "zod";
import { address, cloudId } from "../../spec/forms.ts";
import { cloudText, gatewayName } from "../../spec/record-forms.ts";
import type { Step } from "../step.ts";
import { blockedWithoutNic, nicGone } from "./nic-gone.ts";

/**
 * Keeps a NIC out of what its subnet is about to tell everybody by DHCP: a proxy would learn at its next renewal that
 * everything goes to itself, and a server with an EIP would answer by the proxy what came in by its EIP. The NIC gets options
 * of its own, with the routes that it has now. Made before the subnet's change, taken back after it.
 */

const option = z.object({ name: cloudText, value: cloudText });
const want = z.object({
  gateway: gatewayName,
  server: z.string(),
  nicId: cloudId,
  nicIp: address,
  options: z.array(option),
});
const have = z.object({ options: z.array(option) });
/** Of a NIC's option (neutron db/extra_dhcp_opt/models.py). */
const most = 255;

type Option = z.infer<typeof option>;
type Want = z.infer<typeof want>;
type Have = z.infer<typeof have>;

export const dhcpOptions: Step<Want, Have> = {
  kind: "cloud/dhcp-options",
  want,
  have,
  object: ({ server, nicIp }) => `${server} ${nicIp}`,
  title: ({ server, nicIp }) => `Keep what ${server}'s NIC ${nicIp} is told by DHCP`,

  async observe({ nicId }, { cloud }) {
    const nic = await cloud.nic(nicId);
    return nic ? { is: "ours", have: { options: [...(nic.dhcpOptions ?? [])] } } : { is: "absent" };
  },

  decide({ server, options }, observed) {
    if (observed.is === "absent") return blockedWithoutNic(server);
    const there = observed.have.options;
    if (options.every((one) => there.some((other) => same(one, other)))) {
      return { action: "none", because: "the NIC has the routes as options of its own" };
    }
    const longest = Math.max(...options.map(({ value }) => value.length));
    if (longest > most) {
      return {
        action: "blocked",
        because: `the routes that ${server} has now take ${longest} characters as a DHCP option, and Neutron keeps ${most}`,
        hint: "Take some host routes out of the subnet.",
        adoptable: false,
      };
    }
    return {
      action: "change",
      because: `${server} would learn by DHCP a way that is not for it: it is the proxy, or it has an EIP of its own`,
      after: { options: withOwn(there, options).map(textOf) },
      notice: "nothing: it is told what it is told now",
    };
  },

  async apply({ nicId, options }, observed, { cloud }) {
    const there = observed.is === "absent" ? [] : observed.have.options;
    await cloud.setDhcpOptions(nicId, withOwn(there, options));
  },

  async undo({ nicId }, before, { cloud }) {
    if (before.is !== "absent") await cloud.setDhcpOptions(nicId, before.have.options);
  },

  subject: ({ nicId }) => nicId,

  gone: nicGone,

  describe: ({ options }) => (options.length === 0 ? "as its subnet says" : options.map(textOf).join("; ")),

  own: ({ options }) => options.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
};

function withOwn(there: readonly Option[], own: readonly Option[]): Option[] {
  return [...there.filter((one) => !own.some(({ name }) => name === one.name)), ...own];
}

function same(a: Option, b: Option): boolean {
  return a.name === b.name && a.value === b.value;
}

function textOf({ name, value }: Option): string {
  return `${name} ${value === "" ? "(none)" : value}`;
}
