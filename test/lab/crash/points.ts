/** Journal and world that tell each moment at which a killed run could leave something half done. */
import { subscribe } from "node:diagnostics_channel";
import { ClientRequest } from "node:http";
import type { Cloud } from "../../../src/cloud/cloud.ts";
import type { Journal, Run } from "../../../src/engine/journal/journal.ts";
import type { Host, HostAddress } from "../../../src/host/host.ts";
import type { World } from "../../../src/steps/world.ts";

/** Called before and after every write. */
export type AtPoint = (name: string) => void;

export function tellingJournal(journal: Journal, at: AtPoint): Journal {
  return {
    file: journal.file,
    runs: () => journal.runs(),
    standing: () => journal.standing(),
    entriesOf: (run) => journal.entriesOf(run),
    accept: (shown) => journal.accept(shown),
    takenBackBy: (run) => journal.takenBackBy(run),
    close: () => journal.close(),
    begin: (run) => around("journal begin", at, () => tellingRun(journal.begin(run), at)),
  };
}

/** Tells the end of every call to an API that changed something: one change of the cloud port may be several of them. */
export function tellApiWrites(at: AtPoint): void {
  subscribe("http.client.response.finish", (message) => {
    if (!(isOf(message) && message.request instanceof ClientRequest)) return;
    const { method, path } = message.request;
    if (method === "GET" || path.endsWith("/auth/tokens")) return;
    // Ids are other ones in every lab.
    at(`after ${method} ${path.replace(/[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g, "ID")}`);
  });
}

function isOf(message: unknown): message is { readonly request: unknown } {
  return typeof message === "object" && message !== null && "request" in message;
}

export function tellingRun(run: Run, at: AtPoint): Run {
  return {
    id: run.id,
    started: (entry) => around(`journal started ${entry.kind}`, at, () => run.started(entry)),
    done: (seq, after) => around("journal done", at, () => run.done(seq, after)),
    undoing: (seqs) => around("journal undoing", at, () => run.undoing(seqs)),
    undone: (seqs) => around("journal undone", at, () => run.undone(seqs)),
    finish: (outcome) => around("journal finish", at, () => run.finish(outcome)),
  };
}

export function tellingWorld(world: World, at: AtPoint): World {
  return {
    cloud: tellingCloud(world.cloud, at),
    host: (address) => tellingHost(world.host(address), address, at),
  };
}

function tellingHost(host: Host, address: HostAddress, at: AtPoint): Host {
  return {
    address,
    facts: (options) => host.facts(options),
    read: (script, options) => host.read(script, options),
    write: (script, options) => aroundAsync(`${address.server} write`, at, () => host.write(script, options)),
    writeFresh: (script, options) =>
      aroundAsync(`${address.server} fresh write`, at, () => host.writeFresh(script, options)),
  };
}

function tellingCloud(cloud: Cloud, at: AtPoint): Cloud {
  const telling =
    <Args extends readonly unknown[], T>(name: string, call: (...args: Args) => Promise<T>) =>
    (...args: Args): Promise<T> =>
      aroundAsync(`cloud ${name}`, at, () => call(...args));
  return {
    ...readers(cloud),
    setAddressPairs: telling("setAddressPairs", (id, pairs) => cloud.setAddressPairs(id, pairs)),
    setNicSecurityGroups: telling("setNicSecurityGroups", (id, groups) =>
      cloud.setNicSecurityGroups(id, groups),
    ),
    createSecurityGroup: telling("createSecurityGroup", (group) => cloud.createSecurityGroup(group)),
    deleteSecurityGroup: telling("deleteSecurityGroup", (id) => cloud.deleteSecurityGroup(id)),
    addSecurityGroupRule: telling("addSecurityGroupRule", (id, rule) => cloud.addSecurityGroupRule(id, rule)),
    deleteSecurityGroupRule: telling("deleteSecurityGroupRule", (id) => cloud.deleteSecurityGroupRule(id)),
    addRoute: telling("addRoute", (id, route) => cloud.addRoute(id, route)),
    changeRoute: telling("changeRoute", (id, route) => cloud.changeRoute(id, route)),
    deleteRoute: telling("deleteRoute", (id, route) => cloud.deleteRoute(id, route)),
    createRouteTable: telling("createRouteTable", (table) => cloud.createRouteTable(table)),
    deleteRouteTable: telling("deleteRouteTable", (id) => cloud.deleteRouteTable(id)),
    associateSubnets: telling("associateSubnets", (id, subnets) => cloud.associateSubnets(id, subnets)),
    disassociateSubnets: telling("disassociateSubnets", (id, subnets) =>
      cloud.disassociateSubnets(id, subnets),
    ),
    allocatePublicIp: telling("allocatePublicIp", (wish) => cloud.allocatePublicIp(wish)),
    releasePublicIp: telling("releasePublicIp", (id) => cloud.releasePublicIp(id)),
    bindPublicIp: telling("bindPublicIp", (id, nic) => cloud.bindPublicIp(id, nic)),
    unbindPublicIp: telling("unbindPublicIp", (id, mark) => cloud.unbindPublicIp(id, mark)),
    movePublicIp: telling("movePublicIp", (id, nic, mark) => cloud.movePublicIp(id, nic, mark)),
    createVirtualIp: telling("createVirtualIp", (wish) => cloud.createVirtualIp(wish)),
    deleteVirtualIp: telling("deleteVirtualIp", (id) => cloud.deleteVirtualIp(id)),
    setNicProtection: telling("setNicProtection", (id, to) => cloud.setNicProtection(id, to)),
    setDhcpOptions: telling("setDhcpOptions", (id, options) => cloud.setDhcpOptions(id, options)),
    setSubnetGateway: telling("setSubnetGateway", (id, ip) => cloud.setSubnetGateway(id, ip)),
    setHostRoutes: telling("setHostRoutes", (id, routes) => cloud.setHostRoutes(id, routes)),
    markSubnet: telling("markSubnet", (id, mark, present) => cloud.markSubnet(id, mark, present)),
  };
}

function readers(cloud: Cloud) {
  return {
    traits: cloud.traits,
    vpcs: () => cloud.vpcs(),
    subnets: (vpcId?: string) => cloud.subnets(vpcId),
    servers: () => cloud.servers(),
    server: (id: string) => cloud.server(id),
    nics: (filter?: Parameters<Cloud["nics"]>[0]) => cloud.nics(filter),
    nic: (id: string) => cloud.nic(id),
    routeTables: (vpcId?: string) => cloud.routeTables(vpcId),
    routeTable: (id: string) => cloud.routeTable(id),
    publicIps: () => cloud.publicIps(),
    securityGroups: () => cloud.securityGroups(),
    securityGroup: (id: string) => cloud.securityGroup(id),
    natGateways: (vpcId?: string) => cloud.natGateways(vpcId),
    quotas: () => cloud.quotas(),
    anyAddressPairs: (withVirtualIps: boolean) => cloud.anyAddressPairs(withVirtualIps),
  };
}

function around<T>(name: string, at: AtPoint, work: () => T): T {
  at(`before ${name}`);
  const result = work();
  at(`after ${name}`);
  return result;
}

async function aroundAsync<T>(name: string, at: AtPoint, work: () => Promise<T>): Promise<T> {
  at(`before ${name}`);
  const result = await work();
  at(`after ${name}`);
  return result;
}
