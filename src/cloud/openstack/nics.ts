/** NICs on plain OpenStack: Neutron ports, whose subnet is the one of their first IPv4 address. */
import type { JsonValue } from "../../report/json-value.ts";
import type { Api } from "../api.ts";
import type { AddressPair, DhcpOption, Nic, NicProtection } from "../cloud.ts";
import {
  addressOf,
  asNic,
  changePort,
  findPort,
  listPorts,
  neutronPorts,
  type Port,
  pairsOf,
} from "../neutron/ports.ts";
import type { Extensions } from "./extensions.ts";
import { changeGuarded, sameList } from "./revisions.ts";

export async function readNics(
  api: Api,
  { subnetId, serverId }: { readonly subnetId?: string; readonly serverId?: string },
): Promise<readonly Nic[]> {
  const ports = await listPorts(api, {
    device_id: serverId,
    fixed_ips: subnetId === undefined ? undefined : `subnet_id=${subnetId}`,
  });
  return ports.map(nicOf).filter((nic) => subnetId === undefined || nic.subnetId === subnetId);
}

export async function readNic(api: Api, id: string): Promise<Nic | undefined> {
  const port = await findPort(api, id);
  return port && nicOf(port);
}

export async function setAddressPairs(
  api: Api,
  extensions: Extensions,
  nicId: string,
  pairs: readonly AddressPair[],
): Promise<void> {
  const wanted = pairs.map((pair) => ({ ...pair }));
  await changeNic(api, extensions, nicId, {
    part: pairsOf,
    wanted: (port) => (sameList(pairsOf(port), wanted) ? undefined : { allowed_address_pairs: wanted }),
  });
}

export async function setNicSecurityGroups(
  api: Api,
  extensions: Extensions,
  nicId: string,
  groupIds: readonly string[],
): Promise<void> {
  await changeNic(api, extensions, nicId, {
    part: (port) => port.security_groups,
    wanted: (port) =>
      sameList(port.security_groups, groupIds) ? undefined : { security_groups: [...groupIds] },
  });
}

const whole = [{ ip_address: "0.0.0.0/0" }];
const halves = [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }];

/**
 * With a whole /0 the linuxbridge agent leaves a port's old ARP rules as they are, and nobody hears of a virtual IP (Zed,
 * tried). Newer Neutrons, without that agent, refuse a half that holds multicast (neutron-lib, `aap-reject-multicast`).
 */
export async function anyAddressPairs(
  extensions: Extensions,
  withVirtualIps: boolean,
): Promise<readonly (readonly AddressPair[])[]> {
  if (!withVirtualIps) return [whole, halves];
  return (await extensions.has("aap-reject-multicast")) ? [whole] : [halves];
}

/** Neutron refuses any of the three by itself: PortSecurityPortHasSecurityGroup, AddressPairAndPortSecurityRequired. */
export async function setNicProtection(
  api: Api,
  extensions: Extensions,
  nicId: string,
  protection: NicProtection,
): Promise<void> {
  const { portSecurity } = protection;
  const groups = portSecurity ? [...protection.securityGroupIds] : [];
  const pairs = portSecurity ? protection.addressPairs.map((pair) => ({ ...pair })) : [];
  await changeNic(api, extensions, nicId, {
    part: (port) => [port.port_security_enabled, port.security_groups, pairsOf(port)],
    wanted: (port) => {
      const same = sameList(port.security_groups, groups) && sameList(pairsOf(port), pairs);
      if ((port.port_security_enabled ?? true) === portSecurity && same) return undefined;
      return { port_security_enabled: portSecurity, security_groups: groups, allowed_address_pairs: pairs };
    },
  });
}

/** An option that is not in the list is taken away by giving it no value. */
export async function setDhcpOptions(
  api: Api,
  extensions: Extensions,
  nicId: string,
  options: readonly DhcpOption[],
): Promise<void> {
  const given = options.map(({ name, value }) => ({ opt_name: name, opt_value: value, ip_version: 4 }));
  await changeNic(api, extensions, nicId, {
    part: (port) => port.extra_dhcp_opts,
    wanted: (port) => {
      const now = optionsOf(port);
      if (
        sameList(
          now,
          options.map(({ name, value }) => ({ name, value })),
        )
      )
        return undefined;
      const gone = now.filter(({ name }) => !options.some((option) => option.name === name));
      return {
        extra_dhcp_opts: [
          ...given,
          ...gone.map(({ name }) => ({ opt_name: name, opt_value: null, ip_version: 4 })),
        ],
      };
    },
  });
}

export function nicOf(port: Port): Nic {
  return {
    ...asNic(port, addressOf(port)?.subnet_id ?? ""),
    portSecurity: port.port_security_enabled ?? true,
    dhcpOptions: optionsOf(port),
  };
}

function optionsOf({ extra_dhcp_opts }: Port): DhcpOption[] {
  return extra_dhcp_opts
    .filter(({ ip_version }) => (ip_version ?? 4) === 4)
    .map(({ opt_name, opt_value }) => ({ name: opt_name, value: opt_value }));
}

async function changeNic(
  api: Api,
  extensions: Extensions,
  nicId: string,
  change: { part(port: Port): unknown; wanted(port: Port): JsonValue | undefined },
): Promise<void> {
  await changeGuarded(`NIC ${nicId}`, extensions, {
    ...change,
    read: () => findPort(api, nicId),
    write: (wanted, headers) => changePort(api, nicId, wanted, neutronPorts, headers),
  });
}
