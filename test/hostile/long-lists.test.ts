/** What a cloud may make long is looked up and not searched: a search of each in all would take minutes, and no Ctrl-C ends it. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wayoutIn } from "./command.ts";
import { type Answers, type Kind, respond, startHostileCloud } from "./hostile-cloud.ts";

const many = 20_000;
/** Seconds here, and more than a minute where one of them is searched. */
const mostMs = 10_000;

const numbers = Array.from({ length: many }, (_, n) => n);
const id = (kind: number, n: number): string =>
  `${kind}0000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
const ip = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
const mac = (n: number): string => `fa:16:3e:${n.toString(16).padStart(6, "0").match(/../g)?.join(":")}`;

/** What a list holds, with whatever else the API gives it. */
const item = (id: string, more: object) => ({ id, ...more });

const vpc = id(1, 0);
const network = id(2, 0);
const address = (n: number, type: "fixed" | "floating") => ({
  addr: ip(n),
  version: 4,
  "OS-EXT-IPS:type": type,
  "OS-EXT-IPS-MAC:mac_addr": mac(n),
  "OS-EXT-IPS:port_id": id(4, n),
});

/** A cloud of two servers, as both kinds answer it. */
function lists() {
  const server = (n: number, name: string) => ({
    id: id(3, n),
    name,
    status: "ACTIVE",
    metadata: { vpc_id: vpc },
    addresses: { [vpc]: [address(n, "fixed")] },
    security_groups: [{ id: id(5, 0) }],
  });
  const port = (n: number, more: object = {}) => ({
    id: id(4, n),
    network_id: network,
    device_id: id(3, n),
    device_owner: "compute:a",
    mac_address: mac(n),
    fixed_ips: [{ subnet_id: network, ip_address: ip(n) }],
    security_groups: [id(5, 0)],
    ...more,
  });
  const atRouter = { device_id: vpc, device_owner: "network:router_interface" };
  const subnet = (n: number) => ({
    id: id(2, n),
    name: n === 0 ? "s" : `s-${n}`,
    vpc_id: vpc,
    network_id: id(2, n),
    ip_version: 4,
    cidr: n === 0 ? "10.0.0.0/24" : `${ip(n * 256)}/24`,
    gateway_ip: ip(n * 256 + 1),
  });
  const all: Record<string, { id: string }[]> = {
    vpcs: [item(vpc, { name: "v", cidr: "10.0.0.0/8" })],
    routers: [item(vpc, { name: "v", external_gateway_info: { network_id: id(6, 0), enable_snat: false } })],
    networks: [item(network, { name: "n" })],
    subnets: [subnet(0)],
    servers: [server(4, "p"), server(5, "a")],
    ports: [port(4), port(5), port(1, atRouter)],
    publicips: [item(id(7, 0), { public_ip_address: "203.0.113.9", port_id: id(4, 4), status: "ACTIVE" })],
    floatingips: [item(id(7, 0), { floating_ip_address: "203.0.113.9", port_id: id(4, 4) })],
    routetables: [item(id(8, 0), { vpc_id: vpc, default: true, routes: [], subnets: [{ id: network }] })],
    security_groups: [item(id(5, 0), { name: "g", security_group_rules: [] })],
  };
  return {
    subnet,
    port,
    atRouter,
    all,
  };
}

type Lists = ReturnType<typeof lists>;

const cases: Readonly<Record<string, (made: Lists) => void>> = {
  "addresses of a server": ({ all }) => {
    const [server] = all.servers ?? [];
    const addresses = numbers.flatMap((n) => [address(n, "fixed"), address(n + many, "floating")]);
    all.servers = [item(id(3, 4), { ...server, addresses: { [vpc]: addresses } })];
  },
  "rules of a group": ({ all }) => {
    const rules = numbers.map((n) => ({
      id: id(9, n),
      security_group_id: id(5, 0),
      direction: "ingress",
      protocol: "tcp",
      remote_ip_prefix: `${ip(n)}/32`,
    }));
    all.security_groups = [item(id(5, 0), { security_group_rules: rules })];
  },
  "routes of a table": ({ all }) => {
    const routes = numbers.map((n) => ({ type: "ecs", destination: `${ip(n)}/32`, nexthop: ip(n) }));
    for (const list of ["routers", "routetables"]) {
      all[list] = all[list]?.map((one) => item(one.id, { ...one, routes })) ?? [];
    }
  },
  "subnets of a VPC": ({ all, subnet, port, atRouter }) => {
    for (const n of numbers.slice(1, 10_000)) {
      all.subnets?.push(subnet(n));
      all.networks?.push({ id: id(2, n) });
      const fixed_ips = [{ subnet_id: id(2, n), ip_address: ip(n * 256 + 1) }];
      all.ports?.push(port(n + 10, { ...atRouter, fixed_ips }));
    }
  },
};

function answering(all: Lists["all"]): Answers {
  return (path, query, response) => {
    const last = path.split("/").at(-1) ?? "";
    const name = last === "detail" ? "servers" : last.replaceAll("-", "_");
    const owner = query.get("device_owner");
    const list = (all[name] ?? []).filter(
      (one) => owner === null || ("device_owner" in one && one.device_owner === owner),
    );
    const from = query.has("marker") ? list.findIndex((one) => one.id === query.get("marker")) + 1 : 0;
    const items = list.slice(from, from + 1000);
    respond(response, { [name]: items, count: list.length, extensions: [], quotas: { resources: [] } });
  };
}

const kinds: readonly Kind[] = ["otc", "openstack"];
test.each(kinds.flatMap((kind) => Object.keys(cases).map((name) => ({ kind, name }))))(
  "$kind: many $name",
  async ({ kind, name }) => {
    const made = lists();
    cases[name]?.(made);
    await using cloud = await startHostileCloud(answering(made.all), { kind });
    // In place of ssh: no host is reached, and none is waited for.
    writeFileSync(join(cloud.folder, "ssh"), "#!/bin/sh\nexit 255\n", { mode: 0o755 });
    const env = { PATH: `${cloud.folder}:${process.env.PATH}` };
    const ended = await wayoutIn(cloud.folder, ["plan"], env).ended();
    // Blocked, since the proxy cannot be reached.
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringContaining("gateway g") });
    expect(ended.ms).toBeLessThan(mostMs);
    expect(ended.peakMb).toBeLessThan(512);
  },
  60_000,
);
