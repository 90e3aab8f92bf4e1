/** Host routes, and what the proxies are told beside them. */
import { describe, expect, test } from "vitest";
import type { HostRoute, Subnet } from "../../cloud/cloud.ts";
import { worldThat } from "../testing/writing-cloud.ts";
import { dhcpOptions } from "./dhcp-options.ts";
import { besides, destinationsByDhcp, ownOptions, routesBeside } from "./dhcp-routes.ts";
import { hostRoutes as step } from "./host-routes.ts";

const subnet: Subnet = {
  id: "subnet-1",
  name: "subnet-app",
  vpcId: "router-1",
  cidr: "10.1.0.0/24",
  gatewayIp: "10.1.0.1",
  dns: ["10.2.0.53", "10.1.0.53", "9.9.9.9"],
  dhcp: { enabled: true, hostRoutes: [], pools: [], gatewayOf: "router", metadataBy: "10.1.0.2", marks: [] },
};
const with_ = (hostRoutes: readonly HostRoute[], marks: readonly string[] = []): Subnet => ({
  ...subnet,
  dhcp: { enabled: true, pools: [], gatewayOf: "router", hostRoutes, marks },
});
const halves = ["0.0.0.0/1", "128.0.0.0/1"];
const beside = besides(subnet, ["10.2.0.0/24"], ["0.0.0.0/0"]);
const want = {
  gateway: "egress",
  subnetId: subnet.id,
  subnet: subnet.name,
  destinations: halves,
  nextHop: "10.1.0.4",
  nextHopName: "ecs-proxy",
  beside,
  continues: [],
};
const ours = halves.map((destination) => ({ destination, nextHop: "10.1.0.4" }));
const theirs = { destination: "172.16.0.0/12", nextHop: "10.1.0.9" };
const decide = async (now: Subnet, adopt = false) =>
  step.decide(want, await step.observe(want, worldThat({}, { subnets: [now] })), { adopt });

describe("what stays where it was", () => {
  test("is the metadata service, the router's other subnets and name servers that may be behind it", () => {
    expect(beside).toEqual([
      { destination: "169.254.169.254/32", nextHop: "10.1.0.1" },
      { destination: "10.2.0.0/24", nextHop: "10.1.0.1" },
      { destination: "10.2.0.53/32", nextHop: "10.1.0.1" },
    ]);
  });

  test("is the metadata service by the DHCP server where the subnet has no router", () => {
    const lonely: Subnet = {
      ...subnet,
      dhcp: {
        enabled: true,
        hostRoutes: [],
        pools: [],
        gatewayOf: "nobody",
        metadataBy: "10.1.0.2",
        marks: [],
      },
    };
    expect(besides(lonely, [], ["0.0.0.0/0"])).toEqual([
      { destination: "169.254.169.254/32", nextHop: "10.1.0.2" },
    ]);
  });

  test("needs no words where only some destinations go to the proxy", () => {
    expect(besides(subnet, ["10.2.0.0/24"], ["198.51.100.0/24"])).toEqual([]);
    expect(destinationsByDhcp(["198.51.100.0/24"])).toEqual(["198.51.100.0/24"]);
    expect(destinationsByDhcp(["0.0.0.0/0"])).toEqual(halves);
  });
});

describe("a subnet's host routes", () => {
  test("are added to those of others, and right the second time", async () => {
    expect(await decide(with_([theirs]))).toMatchObject({
      action: "create",
      after: { hostRoutes: expect.arrayContaining(["172.16.0.0/12 via 10.1.0.9", "0.0.0.0/1 via 10.1.0.4"]) },
    });
    const done = with_([theirs, ...beside, ...ours], ["wayout:egress"]);
    expect(await decide(done)).toMatchObject({ action: "none" });
  });

  test("leave a route of somebody else's to what would stay where it was as it is", async () => {
    const metadata = { destination: "169.254.169.254/32", nextHop: "10.1.0.2" };
    const written: HostRoute[] = [];
    const world = worldThat(
      {
        markSubnet: async () => undefined,
        setHostRoutes: async (_, routes) => void written.push(...routes),
      },
      { subnets: [with_([metadata])] },
    );
    await step.apply(want, await step.observe(want, world), world);
    expect(written).toContainEqual(metadata);
    expect(written.filter((one) => one.destination === metadata.destination)).toHaveLength(1);
  });

  test("of somebody else's to the same destinations are not touched without --adopt", async () => {
    const taken = with_([{ destination: "0.0.0.0/1", nextHop: "10.1.0.77" }]);
    expect(await decide(taken)).toMatchObject({ action: "blocked", adoptable: true });
    expect(await decide(taken, true)).toMatchObject({ action: "adopt" });
    expect(await decide(with_(taken.dhcp?.hostRoutes ?? [], ["wayout:egress"]))).toMatchObject({
      action: "change",
      because: "they go to 10.1.0.77",
    });
  });

  test("are refused where Neutron would take no more", async () => {
    const many = Array.from({ length: 18 }, (_, n) => ({
      destination: `172.16.${n}.0/24`,
      nextHop: "10.1.0.9",
    }));
    expect(await decide(with_(many))).toMatchObject({
      action: "blocked",
      because: expect.stringContaining("23 host routes"),
    });
  });

  test("are brought back as they were, with the mark", async () => {
    const calls: unknown[] = [];
    const world = worldThat(
      {
        setHostRoutes: async (_, routes) => void calls.push(routes),
        markSubnet: async (_, mark, present) => void calls.push([mark, present]),
      },
      { subnets: [with_([theirs])] },
    );
    const before = await step.observe(want, world);
    await step.undo(want, before, world);
    expect(calls).toEqual([[theirs], ["wayout:egress", false]]);
  });
});

describe("what the proxy is told", () => {
  test("is the same before and after its subnet's words have changed", () => {
    const told = (now: readonly HostRoute[]) => ownOptions(routesBeside(now, halves, beside), "10.1.0.1");
    expect(told([theirs, ...beside, ...ours])).toEqual(told([theirs]));
    expect(told([theirs])[0]).toEqual({
      name: "classless-static-route",
      value: "172.16.0.0/12,10.1.0.9,0.0.0.0/0,10.1.0.1",
    });
  });

  test("is no gateway at all where it becomes the gateway itself", () => {
    expect(ownOptions([], undefined)).toEqual([
      { name: "router", value: "" },
      { name: "classless-static-route", value: "" },
    ]);
  });

  test("is not more than Neutron keeps", () => {
    const many = Array.from({ length: 12 }, (_, n) => ({
      destination: `172.16.${n}.0/24`,
      nextHop: "10.1.0.9",
    }));
    const options = ownOptions(many, "10.1.0.1");
    const own = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", nicIp: "10.1.0.4", options };
    const decision = dhcpOptions.decide(own, { is: "ours", have: { options: [] } }, { adopt: false });
    expect(decision).toMatchObject({ action: "blocked", because: expect.stringContaining("255") });
  });

  test("keeps the NIC's other options, and takes back its own alone", async () => {
    const options = ownOptions([], "10.1.0.1");
    const own = { gateway: "egress", server: "ecs-proxy", nicId: "nic-1", nicIp: "10.1.0.4", options };
    const ntp = { name: "ntp-server", value: "10.1.0.5" };
    const before = { is: "ours" as const, have: { options: [ntp] } };
    const calls: unknown[] = [];
    const world = worldThat({ setDhcpOptions: async (_, list) => void calls.push(list) });
    expect(dhcpOptions.decide(own, before, { adopt: false })).toMatchObject({ action: "change" });
    await dhcpOptions.apply(own, before, world);
    await dhcpOptions.undo(own, before, world);
    expect(calls).toEqual([[ntp, ...options], [ntp]]);
    const after = { is: "ours" as const, have: { options: [ntp, ...options] } };
    expect(dhcpOptions.decide(own, after, { adopt: false })).toMatchObject({ action: "none" });
  });
});
