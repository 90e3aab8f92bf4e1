import type { LabServer, LabState } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { flavorOf, imageOf } from "../flavors.ts";
import { interfacesOf } from "../interfaces.ts";
import { found } from "../operations/refused.ts";
import { numberedPage } from "../pagination.ts";
import { groupsOf, machineState, type ServerAddress, serverAddresses, vpcIdOf } from "../server-addresses.ts";
import { timeForms } from "../times.ts";

/** NICs that a server of any flavor here can have. */
const maxNics = 12;

export const ecsServerEndpoints = [
  reads("server", "/v1/:project/cloudservers/detail", (call, { state }) => {
    const servers = matching(state, call.query);
    const addresses = serverAddresses(state);
    const page = numberedPage(servers, call.query).map((server) =>
      describe(state, server, addresses(server)),
    );
    return { status: 200, body: { count: servers.length, servers: page } };
  }),
  reads("server", "/v1/:project/cloudservers/:id", (call, { state }) => {
    const server = found(state.servers, "server", call.param("id"));
    return { status: 200, body: { server: describe(state, server, serverAddresses(state)(server)) } };
  }),
  reads("server", "/v1/:project/cloudservers/:id/os-interface", (call, { state }) => {
    const interfaces = interfacesOf(state, found(state.servers, "server", call.param("id")).id);
    const attachments = interfaces.map((each) => ({
      ...each,
      delete_on_termination: false,
      driver_mode: null,
      min_rate: null,
      multiqueue_num: null,
      pci_address: null,
    }));
    const free = Math.max(0, maxNics - attachments.length);
    return {
      status: 200,
      body: { attachableQuantity: { free_nic: free, free_efi_nic: 0 }, interfaceAttachments: attachments },
    };
  }),
];

/** `name` and `ip` are fuzzy. */
function matching(state: LabState, query: URLSearchParams): LabServer[] {
  const [name, ip, status, flavor] = ["name", "ip", "status", "flavor"].map((key) => query.get(key) ?? "");
  return state.servers
    .values()
    .filter((server) => !name || server.name.includes(name))
    .filter((server) => !status || server.status === status)
    .filter((server) => !flavor || flavorOf(server.kind).id === flavor)
    .filter((server) => !ip || state.ports.ofServer(server.id).some((port) => port.ip.includes(ip)))
    .toArray();
}

function describe(state: LabState, server: LabServer, addresses: readonly ServerAddress[]) {
  const machine = machineState(server.status);
  const flavor = flavorOf(server.kind);
  const vpcId = vpcIdOf(state, server);
  return {
    id: server.id,
    name: server.name,
    status: server.status,
    tenant_id: state.project.id,
    enterprise_project_id: "0",
    metadata: {
      vpc_id: vpcId,
      os_type: "Linux",
      image_name: imageOf(server.image).name,
      charging_mode: "0",
    },
    addresses: {
      [vpcId]: addresses.map(({ address, port, type }) => ({
        version: "4",
        addr: address,
        "OS-EXT-IPS:type": type,
        "OS-EXT-IPS-MAC:mac_addr": port.mac,
        "OS-EXT-IPS:port_id": port.id,
      })),
    },
    flavor: {
      id: flavor.id,
      name: flavor.id,
      vcpus: String(flavor.vcpus),
      ram: String(flavor.ram),
      disk: "0",
    },
    image: { id: imageOf(server.image).id },
    security_groups: groupsOf(state, server),
    "OS-EXT-AZ:availability_zone": server.zone,
    "OS-EXT-STS:power_state": machine.power,
    "OS-EXT-STS:task_state": machine.task,
    "OS-EXT-STS:vm_state": machine.vm,
    key_name: server.keyName || null,
    tags: [],
    sys_tags: [],
    fault: null,
    created: timeForms.zulu(server.createdAt),
    updated: timeForms.zulu(server.createdAt),
  };
}
