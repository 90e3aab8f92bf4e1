/** Builds the cloud that a scenario describes, by the same operations that the lab's API uses. */
import { parseRange } from "../../spec/addresses.ts";
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

/** Fills an empty state. Servers are in BUILD: they become ACTIVE when they run. */
export function loadScenario(state: LabState, scenario: Scenario): void {
  // What a scenario asks for is there; the limits hold for what comes after.
  state.quotas = noQuotas;
  const subnets = loadNetworks(state, scenario);
  const groups = loadSecurityGroups(state, scenario);
  const nics = loadServers(state, scenario, subnets, groups);
  loadRouteTables(state, scenario, subnets, nics);
  for (const address of scenario.publicIps) addPublicIp(state, { address });
  state.quotas = defaultQuotas;
}

interface Nic {
  readonly serverId: string;
  readonly portId: string;
}

function loadNetworks(state: LabState, scenario: Scenario): Map<string, string> {
  const ids = new Map<string, string>();
  for (const wish of scenario.vpcs) {
    const vpc = addVpc(state, { name: wish.name, cidr: wish.cidr });
    for (const { name, cidr } of wish.subnets)
      ids.set(name, addSubnet(state, { vpcId: vpc.id, name, cidr }).id);
  }
  return ids;
}

function loadSecurityGroups(state: LabState, scenario: Scenario): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { name } of scenario.securityGroups) {
    const group = name === "default" ? defaultSecurityGroup(state) : addSecurityGroup(state, { name });
    ids.set(name, group.id);
  }
  for (const { name, rules } of scenario.securityGroups) {
    // Without rules of its own the group keeps the ones that a new group has on OTC.
    if (rules === undefined) continue;
    const groupId = known(ids, name);
    for (const { id } of state.securityGroups.get(groupId)?.rules ?? []) removeRule(state, id);
    for (const rule of rules) {
      const peer = rule.direction === "in" ? rule.from : rule.to;
      const isRange = peer !== undefined && parseRange(peer) !== undefined;
      const [low, high = low] = rule.ports === "any" ? [] : String(rule.ports).split("-").map(Number);
      addRule(state, groupId, {
        direction: rule.direction === "in" ? "ingress" : "egress",
        protocol: rule.protocol === "any" ? null : rule.protocol,
        portMin: low ?? null,
        portMax: high ?? null,
        remoteCidr: isRange ? peer : null,
        remoteGroupId: isRange || peer === undefined ? null : known(ids, peer),
      });
    }
  }
  return ids;
}

function loadServers(
  state: LabState,
  scenario: Scenario,
  subnets: ReadonlyMap<string, string>,
  groups: ReadonlyMap<string, string>,
): Map<string, Nic> {
  const nics = new Map<string, Nic>();
  const [firstGroup] = scenario.securityGroups;
  // Asked-for addresses first, so that none is given away to a server that takes any.
  const fixed = (server: ScenarioServer): number => (server.ip === undefined ? 1 : 0);
  for (const wish of scenario.servers.toSorted((a, b) => fixed(a) - fixed(b))) {
    const groupNames = wish.securityGroups ?? (firstGroup ? [firstGroup.name] : undefined);
    for (const name of namesOf(wish)) {
      const { server, ports } = addServer(state, {
        name,
        kind: wish.kind,
        image: wish.image,
        status: "BUILD",
        keyName: wish.keyed ? labKeyName : "",
        nics: [{ subnetId: known(subnets, wish.subnet), ...(wish.ip === undefined ? {} : { ip: wish.ip }) }],
        ...(groupNames ? { securityGroupIds: groupNames.map((group) => known(groups, group)) } : {}),
      });
      const [port] = ports;
      if (!port) throw new Error(`${name} came without a NIC`);
      nics.set(name, { serverId: server.id, portId: port.id });
    }
  }
  const eipFirst = (server: ScenarioServer): number => (typeof server.eip === "string" ? 0 : 1);
  for (const wish of scenario.servers.toSorted((a, b) => eipFirst(a) - eipFirst(b))) {
    if (wish.eip === false) continue;
    for (const name of namesOf(wish)) {
      const eip = addPublicIp(state, typeof wish.eip === "string" ? { address: wish.eip } : {});
      bindPublicIp(state, eip.id, known(nics, name).portId);
    }
  }
  return nics;
}

function loadRouteTables(
  state: LabState,
  scenario: Scenario,
  subnets: ReadonlyMap<string, string>,
  nics: ReadonlyMap<string, Nic>,
): void {
  for (const wish of scenario.vpcs) {
    const vpc = state.vpcs.values().find(({ name }) => name === wish.name);
    if (!vpc) throw new Error(`VPC ${wish.name} was not made`);
    for (const { name, subnets: users, routes } of wish.routeTables) {
      const table = addRouteTable(state, { vpcId: vpc.id, name });
      const add = routes.map(({ destination, type, nextHop }): LabRoute => {
        const nic = nics.get(nextHop);
        const nexthop = type === "ecs" ? nic?.serverId : type === "eni" ? nic?.portId : nextHop;
        return { destination, type, nexthop: nexthop ?? nextHop, description: "" };
      });
      // A table takes at most five routes when it is made, any number later.
      updateRouteTable(state, table.id, { add });
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
