/** Rules between the parts of a scenario: names that must exist or be unique, addresses that must fit. */
import { Problem } from "../../report/problem.ts";
import {
  contains,
  holds,
  overlaps,
  parseRange,
  type Range,
  rangeOf,
  toAddress,
} from "../../spec/addresses.ts";
import { suggestion } from "../../spec/nearest.ts";
import type { Path, YamlFile } from "../../spec/yaml-file.ts";
import { publicRange } from "../state.ts";
import type { Scenario, ScenarioServer } from "./schema.ts";

/** The whole lab lives in one kernel; more servers than this only slow the machine down. */
const maxServers = 1000;
/** Without machines and packets a server is a few hundred bytes. */
const maxServersWithoutFabric = 20_000;
/** VPC guide, "Creating a VPC": the private ranges of RFC 1918. */
const vpcRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];
/** Of a subnet, not for servers: network, gateway, and the last three, which OTC keeps (VPC guide, "Subnet"). */
const keptInSubnet = 5;
/** The lab's EIPs, without those that its Internet has for itself. */
const maxPublicIps = 240;

export interface ScenarioUse {
  /** `none`: objects of the API only. */
  readonly fabric: "kernel" | "none";
}

type Fail = (path: Path, text: string, hint: string) => never;

/** @throws Problem "lab/scenario" with the place in the file. */
export function checkScenario(file: YamlFile<Scenario>, use: ScenarioUse): void {
  const scenario = file.value;
  const fail: Fail = (path, text, hint) => {
    throw new Problem({ code: "lab/scenario", summary: `${file.place(path)}: ${text}`, hint });
  };
  checkVpcs(scenario, fail);
  checkGroups(scenario, fail);
  checkServers(scenario, use.fabric === "none" ? maxServersWithoutFabric : maxServers, fail);
  checkPublicIps(scenario, fail);
}

function checkVpcs(scenario: Scenario, fail: Fail): void {
  unique(scenario.vpcs, (index) => ["vpcs", index, "name"], "VPC", fail);
  const subnets = scenario.vpcs.flatMap((vpc) => vpc.subnets);
  const seen = new Set<string>();
  for (const [v, vpc] of scenario.vpcs.entries()) {
    if (vpc.router !== "outside" && scenario.cloud !== "openstack") {
      fail(["vpcs", v, "router"], "every VPC of this cloud leads outside", "Write cloud: openstack.");
    }
    const outer = rangeOf(vpc.cidr);
    if (!vpcRanges.some((range) => contains(rangeOf(range), outer))) {
      fail(
        ["vpcs", v, "cidr"],
        `${vpc.cidr} cannot be a VPC's range`,
        `Choose a part of ${vpcRanges.join(", ")}.`,
      );
    }
    for (const [s, subnet] of vpc.subnets.entries()) {
      const at = ["vpcs", v, "subnets", s];
      if (seen.has(subnet.name)) {
        fail([...at, "name"], `two subnets are called ${subnet.name}`, "Give each subnet a name of its own.");
      }
      seen.add(subnet.name);
      const inner = rangeOf(subnet.cidr);
      if (!contains(outer, inner)) {
        fail(
          [...at, "cidr"],
          `${subnet.cidr} is not inside ${vpc.name} (${vpc.cidr})`,
          "Choose a part of the VPC's range.",
        );
      }
      if (inner.prefix > 28) {
        fail([...at, "cidr"], `${subnet.cidr} is too small for a subnet`, "Use a prefix of 28 or shorter.");
      }
      const clash = vpc.subnets.slice(0, s).find((other) => overlaps(rangeOf(other.cidr), inner));
      if (clash) {
        fail(
          [...at, "cidr"],
          `${subnet.cidr} overlaps ${clash.name} (${clash.cidr})`,
          "Subnets of a VPC have ranges of their own.",
        );
      }
    }
    checkRouteTables(
      scenario,
      v,
      subnets.map(({ name }) => name),
      fail,
    );
  }
}

function checkRouteTables(scenario: Scenario, v: number, known: readonly string[], fail: Fail): void {
  const vpc = scenario.vpcs[v];
  if (!vpc) return;
  unique(vpc.routeTables, (index) => ["vpcs", v, "routeTables", index, "name"], "route table", fail);
  const users = new Map<string, string>();
  const servers = serverNames(scenario);
  for (const [t, table] of vpc.routeTables.entries()) {
    const at = ["vpcs", v, "routeTables", t];
    for (const [s, subnet] of table.subnets.entries()) {
      const path = [...at, "subnets", s];
      if (!vpc.subnets.some(({ name }) => name === subnet)) {
        fail(
          path,
          `no subnet ${subnet} in ${vpc.name}; ${suggestion(subnet, known, "subnet")}`,
          "Name a subnet.",
        );
      }
      const user = users.get(subnet);
      if (user) fail(path, `${subnet} already uses ${user}`, "A subnet uses one route table.");
      users.set(subnet, table.name);
    }
    for (const [r, route] of table.routes.entries()) {
      const named = route.type === "ecs" || route.type === "eni";
      if (named && !servers.includes(route.nextHop)) {
        const hint = "The next hop of an ecs or eni route is a server of the scenario.";
        fail(
          [...at, "routes", r, "nextHop"],
          `no server ${route.nextHop}; ${suggestion(route.nextHop, servers, "server")}`,
          hint,
        );
      }
    }
  }
}

function checkGroups(scenario: Scenario, fail: Fail): void {
  unique(scenario.securityGroups, (index) => ["securityGroups", index, "name"], "security group", fail);
  const groups = scenario.securityGroups.map(({ name }) => name);
  for (const [g, group] of scenario.securityGroups.entries()) {
    for (const [r, rule] of (group.rules ?? []).entries()) {
      const [low = 0, high = low] = String(rule.ports).split("-").map(Number);
      if (rule.ports !== "any" && (low < 1 || high < low || high > 65535)) {
        fail(
          ["securityGroups", g, "rules", r, "ports"],
          `${rule.ports} are no ports`,
          'Write 22, or "8000-8100".',
        );
      }
      if (rule.ports !== "any" && rule.protocol !== "tcp" && rule.protocol !== "udp") {
        fail(
          ["securityGroups", g, "rules", r, "ports"],
          `a rule for ${rule.protocol === "any" ? "any protocol" : rule.protocol} has no ports`,
          "Leave out `ports`, or write protocol: tcp or udp.",
        );
      }
      const side = rule.direction === "in" ? "from" : "to";
      const peer = rule[side];
      if (peer === undefined || parseRange(peer) || groups.includes(peer)) continue;
      fail(
        ["securityGroups", g, "rules", r, side],
        `${peer} is neither an IPv4 range nor a security group; ${suggestion(peer, groups, "security group")}`,
        "Write a range like 192.168.0.0/16, or the name of a group of this file.",
      );
    }
  }
}

function checkServers(scenario: Scenario, limit: number, fail: Fail): void {
  const subnets = new Map(scenario.vpcs.flatMap((vpc) => vpc.subnets).map((subnet) => [subnet.name, subnet]));
  const groups = scenario.securityGroups.map(({ name }) => name);
  const names = new Set<string>();
  const addresses = new Map<string, string>();
  const used = new Map<string, number>();
  for (const [s, server] of scenario.servers.entries()) {
    const at = ["servers", s];
    for (const name of namesOf(server)) {
      if (names.has(name))
        fail([...at, "name"], `two servers are called ${name}`, "Give each server its own name.");
      names.add(name);
    }
    const nics = [{ subnet: server.subnet, ip: server.ip, path: at }, ...placedNics(server, at)];
    for (const { subnet: wanted, ip, path } of nics) {
      const found = subnets.get(wanted);
      if (!found) {
        const near = suggestion(wanted, [...subnets.keys()], "subnet");
        fail([...path, "subnet"], `no subnet ${wanted}; ${near}`, "Name a subnet of this file.");
      } else if (ip !== undefined) {
        checkAddress(ip, rangeOf(found.cidr), found.name, [...path, "ip"], fail);
        const key = `${wanted} ${ip}`;
        const user = addresses.get(key);
        if (user) fail([...path, "ip"], `${ip} is already ${user}'s`, "Give each server its own address.");
        addresses.set(key, server.name);
      }
    }
    const subnet = subnets.get(server.subnet);
    if (subnet) {
      const range = rangeOf(subnet.cidr);
      const room = range.last - range.first + 1 - keptInSubnet;
      const wanted = (used.get(subnet.name) ?? 0) + server.count;
      if (wanted > room) {
        const text = `${wanted} servers do not fit into ${subnet.name} (${subnet.cidr}), which has ${room} addresses for them`;
        fail([...at, server.count > 1 ? "count" : "subnet"], text, "Lower a count, or use a wider subnet.");
      }
      used.set(subnet.name, wanted);
    }
    if (server.count > 1 && (server.ip !== undefined || typeof server.eip === "string")) {
      const key = server.ip !== undefined ? "ip" : "eip";
      fail(
        [...at, key],
        `${server.count} servers cannot share one address`,
        `Leave out \`${key}\`, or count.`,
      );
    }
    if (server.kind === "light" && server.image !== "debian") {
      fail([...at, "image"], `a light server has no init, so no image ${server.image}`, "Use kind: machine.");
    }
    for (const [g, group] of (server.securityGroups ?? []).entries()) {
      if (groups.includes(group)) continue;
      const near = suggestion(group, groups, "security group");
      fail([...at, "securityGroups", g], `no security group ${group}; ${near}`, "Name a group of this file.");
    }
  }
  if (names.size > limit) {
    fail(["servers"], `${names.size} servers are more than ${limit}`, "Lower a count.");
  }
}

function placedNics({ moreNics }: ScenarioServer, at: Path) {
  return moreNics.map((nic, n) => ({ ...nic, path: [...at, "moreNics", n] }));
}

function checkAddress(ip: string, range: Range, subnet: string, path: Path, fail: Fail): void {
  if (!holds(range, ip)) {
    fail(path, `${ip} is not inside ${subnet} (${range.cidr})`, "Choose an address of the subnet.");
  }
  const taken = [range.first, range.first + 1, range.last].map(toAddress);
  if (taken.includes(ip)) {
    fail(
      path,
      `${ip} is not a server's: network, gateway and broadcast of ${subnet}`,
      "Choose another address.",
    );
  }
}

function checkPublicIps(scenario: Scenario, fail: Fail): void {
  const places: [string, Path][] = [
    ...scenario.servers.flatMap((server, s): [string, Path][] =>
      typeof server.eip === "string" ? [[server.eip, ["servers", s, "eip"]]] : [],
    ),
    ...scenario.publicIps.map((address, p): [string, Path] => [address, ["publicIps", p]]),
  ];
  const range = rangeOf(publicRange);
  const wanted = scenario.servers.reduce((sum, server) => sum + (server.eip === false ? 0 : server.count), 0);
  if (wanted + scenario.publicIps.length > maxPublicIps) {
    const all = wanted + scenario.publicIps.length;
    fail(["servers"], `${all} EIPs are more than ${maxPublicIps}`, "Give an EIP to the proxies only.");
  }
  const seen = new Set<string>();
  for (const [address, path] of places) {
    if (!holds(range, address)) {
      fail(
        path,
        `${address} is not one of the lab's EIPs (${publicRange})`,
        `Choose an address of ${publicRange}.`,
      );
    }
    if (seen.has(address)) fail(path, `${address} is used twice`, "An EIP is bound to one server.");
    seen.add(address);
  }
}

/** The servers an entry stands for: name, or name-1 to name-n. */
export function namesOf(server: Pick<ScenarioServer, "name" | "count">): readonly string[] {
  if (server.count === 1) return [server.name];
  return Array.from({ length: server.count }, (_, index) => `${server.name}-${index + 1}`);
}

function serverNames(scenario: Scenario): readonly string[] {
  return scenario.servers.flatMap(namesOf);
}

function unique(
  entries: readonly { readonly name: string }[],
  path: (index: number) => Path,
  noun: string,
  fail: Fail,
): void {
  for (const [index, { name }] of entries.entries()) {
    if (entries.findIndex((other) => other.name === name) === index) continue;
    fail(path(index), `two ${noun}s are called ${name}`, `Give each ${noun} a name of its own.`);
  }
}
