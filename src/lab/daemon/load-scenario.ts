/** Builds the cloud that a scenario describes, by the same operations that the lab's API uses. */
import { parseRange } from "../../spec/addresses.ts";
import type { Path } from "../../spec/yaml-file.ts";
import {
  addPublicIp,
  addRouteTable,
  addRule,
  addSecurityGroup,
  addServer,
  addSubnet,
  addVpc,
  associateSubnets,
  bindPublicIp,
  defaultSecurityGroup,
  removeRule,
  updateRouteTable,
} from "../api/operations/index.ts";
import { namesOf } from "../scenarios/check.ts";
import type { Scenario, ScenarioServer } from "../scenarios/schema.ts";
import { defaultQuotas, type LabRoute, type LabState, noQuotas } from "../state.ts";

/** The key pair of the project that opens the lab's servers. */
export const labKeyName = "wayout-lab";

/** Does what stands at this place of the scenario: whoever tries one out adds the place to what is refused. */
export type At = <T>(path: Path, work: () => T) => T;

/** Fills an empty state. Servers are in BUILD: they become ACTIVE when they run. */
export function loadScenario(state: LabState, scenario: Scenario, at: At = (_path, work) => work()): void {
  // What a scenario asks for is there; the limits hold for what comes after.
  state.quotas = noQuotas;
  const subnets = loadNetworks(state, scenario, at);
  const groups = loadSecurityGroups(state, scenario, at);
  const nics = loadServers(state, scenario, subnets, groups, at);
  loadRouteTables(state, scenario, subnets, nics, at);
  for (const [p, address] of scenario.publicIps.entries()) {
    at(["publicIps", p], () => addPublicIp(state, { address }));
  }
  state.quotas = defaultQuotas;
}

interface Nic {
  readonly serverId: string;
  readonly portId: string;
}

function loadNetworks(state: LabState, scenario: Scenario, at: At): Map<string, string> {
  const ids = new Map<string, string>();
  for (const [v, wish] of scenario.vpcs.entries()) {
    const vpc = at(["vpcs", v, "cidr"], () =>
      addVpc(state, { name: wish.name, cidr: wish.cidr, router: wish.router }),
    );
    for (const [s, { name, cidr }] of wish.subnets.entries()) {
      const subnet = at(["vpcs", v, "subnets", s, "cidr"], () =>
        addSubnet(state, { vpcId: vpc.id, name, cidr }),
      );
      ids.set(name, subnet.id);
    }
  }
  return ids;
}

function loadSecurityGroups(state: LabState, scenario: Scenario, at: At): Map<string, string> {
  const ids = new Map<string, string>();
  for (const [g, { name }] of scenario.securityGroups.entries()) {
    const group = at(["securityGroups", g, "name"], () =>
      name === "default" ? defaultSecurityGroup(state) : addSecurityGroup(state, { name }),
    );
    ids.set(name, group.id);
  }
  for (const [g, { name, rules }] of scenario.securityGroups.entries()) {
    // Without rules of its own the group keeps the ones that a new group has on OTC.
    if (rules === undefined) continue;
    const groupId = known(ids, name);
    for (const { id } of state.securityGroups.get(groupId)?.rules ?? []) removeRule(state, id);
    for (const [r, rule] of rules.entries()) {
      const peer = rule.direction === "in" ? rule.from : rule.to;
      const isRange = peer !== undefined && parseRange(peer) !== undefined;
      const [low, high = low] = rule.ports === "any" ? [] : String(rule.ports).split("-").map(Number);
      at(["securityGroups", g, "rules", r], () =>
        addRule(state, groupId, {
          direction: rule.direction === "in" ? "ingress" : "egress",
          protocol: rule.protocol === "any" ? null : rule.protocol,
          portMin: low ?? null,
          portMax: high ?? null,
          remoteCidr: isRange ? peer : null,
          remoteGroupId: isRange || peer === undefined ? null : known(ids, peer),
        }),
      );
    }
  }
  return ids;
}

function loadServers(
  state: LabState,
  scenario: Scenario,
  subnets: ReadonlyMap<string, string>,
  groups: ReadonlyMap<string, string>,
  at: At,
): Map<string, Nic> {
  const nics = new Map<string, Nic>();
  const [firstGroup] = scenario.securityGroups;
  // Asked-for addresses first, so that none is given away to a server that takes any.
  const placed = scenario.servers.map((wish, s) => ({ wish, path: ["servers", s] }));
  const fixed = (server: ScenarioServer): number => (server.ip === undefined ? 1 : 0);
  for (const { wish, path } of placed.toSorted((a, b) => fixed(a.wish) - fixed(b.wish))) {
    const groupNames = wish.securityGroups ?? (firstGroup ? [firstGroup.name] : undefined);
    for (const name of namesOf(wish)) {
      const { server, ports } = at(path, () =>
        addServer(state, {
          name,
          kind: wish.kind,
          image: wish.image,
          status: "BUILD",
          keyName: wish.keyed ? labKeyName : "",
          nics: [wish, ...wish.moreNics].map(({ subnet, ip }) => ({
            subnetId: known(subnets, subnet),
            ...(ip === undefined ? {} : { ip }),
          })),
          ...(groupNames ? { securityGroupIds: groupNames.map((group) => known(groups, group)) } : {}),
        }),
      );
      const [port] = ports;
      if (!port) throw new Error(`${name} came without a NIC`);
      nics.set(name, { serverId: server.id, portId: port.id });
    }
  }
  const eipFirst = (server: ScenarioServer): number => (typeof server.eip === "string" ? 0 : 1);
  for (const { wish, path } of placed.toSorted((a, b) => eipFirst(a.wish) - eipFirst(b.wish))) {
    if (wish.eip === false) continue;
    for (const name of namesOf(wish)) {
      at([...path, "eip"], () => {
        const eip = addPublicIp(state, typeof wish.eip === "string" ? { address: wish.eip } : {});
        bindPublicIp(state, eip.id, known(nics, name).portId);
      });
    }
  }
  return nics;
}

function loadRouteTables(
  state: LabState,
  scenario: Scenario,
  subnets: ReadonlyMap<string, string>,
  nics: ReadonlyMap<string, Nic>,
  at: At,
): void {
  for (const [v, wish] of scenario.vpcs.entries()) {
    const vpc = state.vpcs.values().find(({ name }) => name === wish.name);
    if (!vpc) throw new Error(`VPC ${wish.name} was not made`);
    for (const [t, { name, subnets: users, routes }] of wish.routeTables.entries()) {
      const path = ["vpcs", v, "routeTables", t];
      const table = at([...path, "name"], () => addRouteTable(state, { vpcId: vpc.id, name }));
      // A table takes at most five routes when it is made, any number later.
      for (const [r, { destination, type, nextHop }] of routes.entries()) {
        const nic = nics.get(nextHop);
        const nexthop = type === "ecs" ? nic?.serverId : type === "eni" ? nic?.portId : nextHop;
        const route: LabRoute = { destination, type, nexthop: nexthop ?? nextHop, description: "" };
        at([...path, "routes", r], () => updateRouteTable(state, table.id, { add: [route] }));
      }
      associateSubnets(
        state,
        table.id,
        users.map((subnet) => known(subnets, subnet)),
      );
    }
  }
}

/** The scenario was checked: every name in it stands for something. */
function known<T>(things: ReadonlyMap<string, T>, name: string): T {
  const thing = things.get(name);
  if (thing === undefined) throw new Error(`${name} passed the scenario's check and is not there`);
  return thing;
}
