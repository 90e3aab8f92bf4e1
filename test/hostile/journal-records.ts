/** Records as Wayout writes them, of a gateway that was set up by hand before: what a journal holds that somebody changes. */

import type { NewEntry } from "../../src/engine/journal/journal.ts";
import type { JsonValue } from "../../src/report/json-value.ts";
import { stepIdOf } from "../../src/steps/bind.ts";
import { haveFrom } from "../../src/steps/host/source-nat-state.ts";
import { factsOf } from "../../src/steps/testing/still-host.ts";

export interface Field {
  readonly kind: string;
  readonly column: "want" | "before" | "after";
  /** As SQLite's json_set has it. */
  readonly path: string;
}

const host = { server: "ecs-proxy", serverId: "server-1", destination: "203.0.113.10", byEip: true };
const onHost = {
  gateway: "egress",
  host,
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["fa:16:3e:00:00:03"],
  privateIp: "192.168.125.4",
};
const nat = { ...onHost, served: ["192.168.125.0/24"], destinations: ["0.0.0.0/0"] };
const onNic = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", nicIp: "192.168.125.4" };
const route = { destination: "0.0.0.0/0", type: "ecs", nextHop: "server-1", description: "wayout:egress" };
const eip = { id: "eip-1", address: "203.0.113.10", boundTo: "nic-1", moving: false };
const group = { id: "sg-9", name: "default", rules: [] };
const groups = { onNic: [group], own: null, referring: [], grants: [], trapped: [] };
const forwarding = {
  ...{ now: "0", withIt: {}, writable: true, atBoot: null, init: "sysv", files: [] },
  ...{ entryEnabled: false, rcLocal: null, armed: false },
};
const installed = { missing: [], manager: "apt-get", init: "systemd", installed: "keepalived\n" };
const ours = (have: unknown) => ({ is: "ours", have });

export const records: readonly (NewEntry & { readonly after: JsonValue })[] = [
  record("cloud/allocated-public-ip", "wayout-egress", {
    want: { gateway: "egress", bandwidthMbit: 100, forNic: "nic-1" },
    before: { is: "absent" },
    after: ours({ id: "eip-1", address: "203.0.113.10" }),
  }),
  record("pair/virtual-ip", "wayout-egress-inner", {
    want: {
      ...{ gateway: "egress", use: "inner", name: "wayout-egress-inner", ip: "192.168.125.251" },
      ...{ subnetId: "net-1", subnet: "subnet-app", addresses: ["192.168.125.4"], unable: null },
    },
    before: { is: "absent" },
    after: ours({ id: "vip-1", name: "wayout-egress-inner", ip: "192.168.125.251", addresses: [] }),
  }),
  record("cloud/public-ip", "ecs-proxy", {
    want: { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", wish: "keep", eip: "eip-1" },
    before: ours({ bound: null, chosen: { ...eip, boundTo: null } }),
    after: ours({ bound: eip, chosen: eip }),
  }),
  record("cloud/security-group", "ecs-proxy", {
    want: { ...onNic, groupName: "wayout-egress-ecs-proxy", served: ["192.168.125.0/24"], mode: "own" },
    before: ours(groups),
    after: ours(groups),
  }),
  record("cloud/source-destination-check", "ecs-proxy", {
    want: { ...onNic, anyAddressPairs: [[{ ip_address: "1.1.1.1/0" }]] },
    before: ours({ pairs: [] }),
    after: ours({ pairs: [{ ip_address: "1.1.1.1/0" }] }),
  }),
  record("pair/packages", "ecs-proxy", {
    want: { gateway: "egress", host },
    before: ours({ ...installed, installed: null }),
    after: ours(installed),
  }),
  record("host/ip-forwarding", "ecs-proxy", {
    want: onHost,
    before: ours(forwarding),
    after: ours({ ...forwarding, now: "1" }),
  }),
  record("host/source-nat", "ecs-proxy", {
    want: nat,
    before: { is: "foreign", have: haveFrom(nat, factsOf("sysv-by-hand")), whose: "rules set by hand" },
    after: ours(haveFrom(nat, factsOf("sysv-applied"))),
  }),
  record("cloud/own-route-table", "wayout-egress", {
    want: {
      ...{ gateway: "egress", vpcId: "vpc-1", tableName: "wayout-egress", destinations: ["0.0.0.0/0"] },
      ...{ subnets: [{ id: "net-1", name: "subnet-app" }], type: "ecs", nextHop: "server-1" },
      nextHopName: "ecs-proxy",
    },
    before: ours({ own: null, uses: [], carried: [] }),
    after: ours({ own: { id: "rtb-2", routes: [] }, uses: [], carried: [] }),
  }),
  record("cloud/default-route", "rtb-demo", {
    want: {
      ...{ gateway: "egress", tableId: "rtb-1", tableName: "rtb-demo", subnets: ["subnet-app"] },
      ...{ sharedWith: [], destination: "0.0.0.0/0", type: "ecs", nextHop: "server-1" },
      nextHopName: "ecs-proxy",
    },
    before: { is: "foreign", have: { ...route, nextHop: "server-3", description: "" }, whose: "by hand" },
    after: ours(route),
  }),
];

function record(
  kind: string,
  object: string,
  values: { readonly want: unknown; readonly before: unknown; readonly after: unknown },
): NewEntry & { readonly after: JsonValue } {
  const plain = (value: unknown): JsonValue => JSON.parse(JSON.stringify(value));
  return {
    ...{ gateway: "egress", stepId: stepIdOf("egress", kind, object), kind, object },
    title: `${kind} at ${object}`,
    want: plain(values.want),
    before: plain(values.before),
    after: plain(values.after),
  };
}
