import type { LabServer, LabState } from "../../state.ts";
import type { Answer } from "../answer.ts";
import { type ApiContext, type Call, type Endpoint, reads } from "../endpoint.ts";
import { flavorOf, imageOf } from "../flavors.ts";
import { interfacesOf } from "../interfaces.ts";
import { found } from "../operations/refused.ts";
import { novaPage } from "../pagination.ts";
import { groupsOf, machineState, type ServerAddress, serverAddresses, vpcIdOf } from "../server-addresses.ts";
import { timeForms } from "../times.ts";

/** Servers as Nova 2.1 shows them, without its later microversions. */
export function novaServerEndpoints(base: string): readonly Endpoint[] {
  return [
    reads("server", `${base}/servers`, (call, api) =>
      list(call, api, (server) => ({ id: server.id, name: server.name, links: linksOf(api.url, server) })),
    ),
    reads("server", `${base}/servers/detail`, (call, api) => {
      const addresses = serverAddresses(api.state);
      return list(call, api, (server) => describe(api, server, addresses(server)));
    }),
    reads("server", `${base}/servers/:id`, (call, api) => {
      const server = found(api.state.servers, "server", call.param("id"));
      return { status: 200, body: { server: describeServer(api, server) } };
    }),
    reads("server", `${base}/servers/:id/os-interface`, (call, { state }) => {
      const server = found(state.servers, "server", call.param("id"));
      return { status: 200, body: { interfaceAttachments: interfacesOf(state, server.id) } };
    }),
  ];
}

function list(call: Call, api: ApiContext, show: (server: LabServer) => object): Answer {
  const { items, links } = novaPage(matching(api.state, call.query), call.query, `${api.url}${call.path}`);
  return {
    status: 200,
    body: { servers: items.map(show), ...(links.length > 0 ? { servers_links: links } : {}) },
  };
}

/** Newest first; `name` is a part of the name, as with Nova's regular expressions in their plainest use. */
function matching(state: LabState, query: URLSearchParams): LabServer[] {
  const name = query.get("name") ?? "";
  const status = query.get("status");
  const ip = query.get("ip") ?? "";
  const hasAddress = (server: LabServer) =>
    state.ports.ofServer(server.id).some((port) => port.ip.includes(ip));
  return state.servers
    .values()
    .filter(
      (server) => server.name.includes(name) && (status === null || server.status === status.toUpperCase()),
    )
    .filter((server) => ip === "" || hasAddress(server))
    .toArray()
    .reverse();
}

export function describeServer(api: ApiContext, server: LabServer) {
  return describe(api, server, serverAddresses(api.state)(server));
}

function describe(api: ApiContext, server: LabServer, addresses: readonly ServerAddress[]) {
  const { state, url } = api;
  const machine = machineState(server.status);
  const flavor = flavorOf(server.kind);
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: state.project.id,
    user_id: "",
    metadata: {},
    hostId: "",
    image: { id: imageOf(server.image).id, links: [] },
    flavor: { id: flavor.id, links: [{ rel: "bookmark", href: `${url}/flavors/${flavor.id}` }] },
    created: timeForms.zulu(server.createdAt),
    updated: timeForms.zulu(server.createdAt),
    addresses: addressLists(state, server, addresses),
    accessIPv4: "",
    accessIPv6: "",
    links: linksOf(url, server),
    "OS-DCF:diskConfig": "MANUAL",
    progress: 0,
    "OS-EXT-AZ:availability_zone": server.zone,
    config_drive: "",
    key_name: server.keyName || null,
    "OS-SRV-USG:launched_at": timeForms.plain(server.createdAt),
    "OS-SRV-USG:terminated_at": null,
    "OS-EXT-STS:task_state": machine.task,
    "OS-EXT-STS:vm_state": machine.vm,
    "OS-EXT-STS:power_state": machine.power,
    "os-extended-volumes:volumes_attached": [],
    security_groups: groupsOf(state, server).map(({ name }) => ({ name })),
  };
}

/** By the VPC's id on OTC and Huawei Cloud; on plain OpenStack by the networks' names, so by none where the server has no NIC. */
function addressLists(state: LabState, server: LabServer, addresses: readonly ServerAddress[]) {
  const shown = ({ address, port, type }: ServerAddress) => ({
    version: 4,
    addr: address,
    "OS-EXT-IPS:type": type,
    "OS-EXT-IPS-MAC:mac_addr": port.mac,
  });
  if (state.cloud !== "openstack") return { [vpcIdOf(state, server)]: addresses.map(shown) };
  const byName = Object.groupBy(addresses, ({ port }) => state.subnets.get(port.subnetId)?.name ?? "");
  return Object.fromEntries(Object.entries(byName).map(([name, list = []]) => [name, list.map(shown)]));
}

function linksOf(url: string, server: LabServer) {
  return [
    { rel: "self", href: `${url}/v2.1/servers/${server.id}` },
    { rel: "bookmark", href: `${url}/servers/${server.id}` },
  ];
}
