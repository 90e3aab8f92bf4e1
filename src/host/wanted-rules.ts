/** From the facts of a host to the rules it should have. Pure. */
import { deviceName } from "../spec/forms.ts";
import { badFact } from "./bad-fact.ts";
import type { HostFacts } from "./host.ts";
import { closedByDefault, type Rules } from "./rules.ts";

export interface Service {
  readonly served: readonly string[];
  readonly destinations: readonly string[];
  readonly vpcCidrs: readonly string[];
  /** What leaves is translated to it. */
  readonly natAddress: string;
  readonly ofPair: boolean;
  readonly closeOwnServices: boolean;
  /** Where sshd listens. */
  readonly sshPort: number;
}

/** Where packets come in and go out on this host. */
export interface Passage {
  readonly egress: { readonly device: string; readonly address: string };
  readonly insideDevices: readonly string[];
  readonly ownAddresses: readonly string[];
}

/**
 * Devices are found by the MACs that the cloud gives for the proxy's NICs: names differ from image to image.
 * @param server for people: whose facts they are.
 * @throws Problem host/bad-fact where one of them has a name that rules cannot hold
 */
export function insideDevices(
  facts: Pick<HostFacts, "devices">,
  macs: readonly string[],
  server: string,
): readonly string[] {
  const wanted = new Set(macs.map((mac) => mac.toLowerCase()));
  return facts.devices
    .filter(({ mac }) => mac !== "" && wanted.has(mac))
    .map(({ name, mac }) => {
      if (deviceName.safeParse(name).success) return name;
      throw badFact(server, `as the device with the MAC ${mac}`, name);
    });
}

export function wantedRules(service: Service, passage: Passage): Rules {
  return {
    egressDevice: passage.egress.device,
    egressAddress: service.natAddress,
    ofPair: service.ofPair,
    insideDevices: passage.insideDevices,
    ownAddresses: passage.ownAddresses,
    served: service.served,
    destinations: service.destinations,
    vpcCidrs: service.vpcCidrs,
    closed: closedByDefault,
    closeOwnServices: service.closeOwnServices,
    sshPort: service.sshPort,
  };
}

/** ICMP redirects would tell clients on the proxy's own subnet to go around it; off where packets pass. */
export function redirectSysctls(passage: Passage): Readonly<Record<string, string>> {
  const devices = ["all", "default", ...new Set([passage.egress.device, ...passage.insideDevices])];
  return Object.fromEntries(devices.map((device) => [`net.ipv4.conf.${device}.send_redirects`, "0"]));
}
