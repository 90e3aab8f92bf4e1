/** From the facts of a host to the rules it should have. Pure. */
import { deviceName } from "../spec/forms.ts";
import { badFact } from "./bad-fact.ts";
import type { HostFacts } from "./host.ts";
import { letsIn, loginAndPing, type OpenService, protocols } from "./own-services.ts";
import { isWithin } from "./ranges.ts";
import { closedByDefault, type Rules } from "./rules.ts";

export interface Service {
  readonly served: readonly string[];
  readonly destinations: readonly string[];
  readonly vpcCidrs: readonly string[];
  /** What leaves is translated to it. */
  readonly natAddress: string;
  readonly ofPair: boolean;
  /** What served sources may reach on the host itself; absent: everything. */
  readonly ownServices?: ReachableServices | undefined;
  /** Where sshd listens. */
  readonly sshPort: number;
  /** Addresses that Wayout was logged in from, now and as the loaded rules know them. */
  readonly logins: readonly string[];
}

export interface ReachableServices {
  readonly open: readonly OpenService[];
  /** Of `open`, logins and ping only. */
  readonly closed?: true;
  /** Addresses of the other proxy of a pair. */
  readonly peers?: readonly string[];
}

/** Where packets come in and go out on this host. */
export interface Passage {
  readonly egress: { readonly device: string; readonly address: string };
  readonly insideDevices: readonly string[];
  /** The one of them whose security group Wayout opens; absent: each of them. */
  readonly clientDevice?: string;
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
    ownServices: ownServicesOf(service, passage),
  };
}

/** What served sources may reach; whatever is closed, the proxies of a pair reach each other. */
export function openServices(
  { open, closed, peers = [] }: ReachableServices,
  sshPort: number,
): readonly OpenService[] {
  const from = peers.map((peer) => `${peer}/32`);
  return [
    ...(closed ? loginAndPing(open, sshPort) : open),
    { protocol: protocols.icmp, ports: null, from },
    { protocol: protocols.tcp, ports: { first: sshPort, last: sshPort }, from },
  ];
}

/** Nobody is locked out: an address that Wayout was logged in from can log in again. */
function ownServicesOf(
  { ownServices, served, sshPort, logins }: Service,
  { clientDevice, insideDevices: inside, ownAddresses }: Passage,
): Rules["ownServices"] {
  if (!ownServices) return null;
  const open = openServices(ownServices, sshPort);
  return {
    devices: clientDevice === undefined ? inside : [clientDevice],
    open,
    logins: logins.filter(
      (address) =>
        isWithin(`${address}/32`, served) &&
        // By way of itself, as the active one of a pair may be.
        !ownAddresses.includes(address) &&
        !letsIn(open, address, sshPort),
    ),
    sshPort,
  };
}

/** ICMP redirects would tell clients on the proxy's own subnet to go around it; off where packets pass. */
export function redirectSysctls(passage: Passage): Readonly<Record<string, string>> {
  const devices = ["all", "default", ...new Set([passage.egress.device, ...passage.insideDevices])];
  return Object.fromEntries(devices.map((device) => [`net.ipv4.conf.${device}.send_redirects`, "0"]));
}
