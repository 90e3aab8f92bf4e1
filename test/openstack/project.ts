/** What the user had before Wayout came: networks, routers, servers and floating IPs, made by the API of the project's own user. */
import { vi } from "vitest";
import type { Endpoint, Service } from "./calls/endpoint.ts";
import { at } from "./calls/field.ts";

export interface Network {
  readonly networkId: string;
  readonly subnetId: string;
}

export interface Seat {
  readonly network: Network;
  readonly ip: string;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly portIds: readonly string[];
}

interface NetworkWish {
  /** Of the subnet, and of the network where that has no name of its own. */
  readonly name: string;
  readonly network?: string;
  /** Addresses that Neutron hands out by itself; absent: all. */
  readonly pool?: { readonly start: string; readonly end: string };
  readonly cidr: string;
}

/** Nova says ACTIVE after some seconds; the machine may be busy with other things. */
const patience = { timeout: 120_000, interval: 250 };

export class Project {
  readonly api: Endpoint;

  constructor(api: Endpoint) {
    this.api = api;
  }

  async network(wish: NetworkWish): Promise<Network> {
    const network = await this.#make("network", "/v2.0/networks", {
      network: { name: wish.network ?? wish.name },
    });
    const subnet = await this.#make("network", "/v2.0/subnets", {
      subnet: {
        name: wish.name,
        network_id: network,
        ip_version: 4,
        cidr: wish.cidr,
        dns_nameservers: ["198.51.100.53"],
        ...(wish.pool === undefined ? {} : { allocation_pools: [wish.pool] }),
      },
    });
    return { networkId: network, subnetId: subnet };
  }

  /** With the subnet's gateway address, or with one that is given. */
  async router(
    name: string,
    wish: { readonly external: boolean; readonly interfaces: readonly (Network | Seat)[] },
  ): Promise<string> {
    const gateway = wish.external
      ? { external_gateway_info: { network_id: await this.externalNetworkId() } }
      : {};
    const id = await this.#make("network", "/v2.0/routers", { router: { name, ...gateway } });
    for (const each of wish.interfaces) {
      const member =
        "network" in each ? { port_id: await this.#port(name, each) } : { subnet_id: each.subnetId };
      await this.must("network", "PUT", `/v2.0/routers/${id}/add_router_interface`, member);
    }
    return id;
  }

  /** A server of Nova's; resolves when it is ACTIVE. Its ports are in a group that lets SSH and ping in. */
  async server(name: string, seats: readonly Seat[]): Promise<Server> {
    const portIds: string[] = [];
    for (const seat of seats) portIds.push(await this.#port(name, seat, [await this.#openGroup()]));
    const [flavors, images] = await Promise.all([
      this.must("compute", "GET", "/flavors"),
      this.must("image", "GET", "/v2/images"),
    ]);
    const id = await this.#make("compute", "/servers", {
      server: {
        name,
        flavorRef: at(flavors, "flavors.0.id"),
        imageRef: at(images, "images.0.id"),
        networks: portIds.map((port) => ({ port })),
      },
    });
    await vi.waitUntil(async () => {
      const server = await this.must("compute", "GET", `/servers/${id}`);
      if (at(server, "server.status") === "ERROR")
        throw new Error(`Nova: ${JSON.stringify(at(server, "server.fault"))}`);
      return at(server, "server.status") === "ACTIVE";
    }, patience);
    return { id, name, portIds };
  }

  /** Bound to the port, or free. */
  async floatingIp(portId?: string): Promise<string> {
    const made = await this.must("network", "POST", "/v2.0/floatingips", {
      floatingip: {
        floating_network_id: await this.externalNetworkId(),
        ...(portId === undefined ? {} : { port_id: portId }),
      },
    });
    return String(at(made, "floatingip.floating_ip_address"));
  }

  async externalNetworkId(): Promise<string> {
    const found = await this.must("network", "GET", "/v2.0/networks?router:external=true");
    return String(at(found, "networks.0.id"));
  }

  /** Everything that the project has, so that every test begins with nothing, after a crash too. */
  async empty(): Promise<void> {
    for (const id of await this.#ids("compute", "/servers", "servers")) {
      await this.must("compute", "DELETE", `/servers/${id}`);
    }
    await vi.waitUntil(
      async () => (await this.#ids("compute", "/servers", "servers")).length === 0,
      patience,
    );
    for (const id of await this.#own("floatingips"))
      await this.must("network", "DELETE", `/v2.0/floatingips/${id}`);
    for (const router of await this.#own("routers")) {
      await this.must("network", "PUT", `/v2.0/routers/${router}`, { router: { routes: [] } });
    }
    for (const router of await this.#own("routers")) {
      for (const port of await this.#ids("network", `/v2.0/ports?device_id=${router}`, "ports")) {
        await this.must("network", "PUT", `/v2.0/routers/${router}/remove_router_interface`, {
          port_id: port,
        });
      }
      await this.must("network", "DELETE", `/v2.0/routers/${router}`);
    }
    for (const port of await this.#ids(
      "network",
      `/v2.0/ports?project_id=${this.api.projectId}&device_id=`,
      "ports",
    )) {
      await this.must("network", "DELETE", `/v2.0/ports/${port}`);
    }
    for (const id of await this.#own("networks"))
      await this.must("network", "DELETE", `/v2.0/networks/${id}`);
    const groups = await this.must(
      "network",
      "GET",
      `/v2.0/security-groups?project_id=${this.api.projectId}`,
    );
    for (const group of list(groups, "security_groups")) {
      if (at(group, "name") === "default") continue;
      await this.must("network", "DELETE", `/v2.0/security-groups/${at(group, "id")}`);
    }
  }

  /** Throws where the cloud refuses. */
  async must(service: Service, method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await this.api.call(service, method, path, body);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }

  async #port(name: string, { network, ip }: Seat, groups?: readonly string[]): Promise<string> {
    return await this.#make("network", "/v2.0/ports", {
      port: {
        name,
        network_id: network.networkId,
        fixed_ips: [{ subnet_id: network.subnetId, ip_address: ip }],
        ...(groups === undefined ? {} : { security_groups: groups }),
      },
    });
  }

  async #openGroup(): Promise<string> {
    const found = await this.#ids("network", "/v2.0/security-groups?name=open", "security_groups");
    const [known] = found;
    if (known !== undefined) return known;
    const group = await this.#make("network", "/v2.0/security-groups", { security_group: { name: "open" } });
    for (const rule of [{ protocol: "tcp", port_range_min: 22, port_range_max: 22 }, { protocol: "icmp" }]) {
      const ingress = { security_group_id: group, direction: "ingress", ethertype: "IPv4", ...rule };
      await this.#make("network", "/v2.0/security-group-rules", { security_group_rule: ingress });
    }
    return group;
  }

  async #make(service: Service, path: string, body: Readonly<Record<string, unknown>>): Promise<string> {
    const made = await this.must(service, "POST", path, body);
    return String(at(made, `${Object.keys(body)[0]}.id`));
  }

  async #own(collection: string): Promise<readonly string[]> {
    return await this.#ids("network", `/v2.0/${collection}?project_id=${this.api.projectId}`, collection);
  }

  async #ids(service: Service, path: string, key: string): Promise<readonly string[]> {
    return list(await this.must(service, "GET", path), key).map((each) => String(at(each, "id")));
  }
}

function list(answer: unknown, key: string): readonly unknown[] {
  const found = at(answer, key);
  return Array.isArray(found) ? found : [];
}
