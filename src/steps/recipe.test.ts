/** Which way is chosen for which network, and why the others are not. */
import { describe, expect, test } from "vitest";
import type { SubnetDhcp } from "../cloud/cloud.ts";
import { type Recipe, recipeFor, type Situation } from "./recipe.ts";

const openstack = { name: "OpenStack", routes: "router", dhcp: true } as const;
const otc = { name: "Open Telekom Cloud", routes: "tables", dhcp: false } as const;
const dhcp = (changes: Partial<SubnetDhcp> = {}): SubnetDhcp => ({
  enabled: true,
  hostRoutes: [],
  pools: [],
  gatewayOf: "router",
  marks: [],
  ...changes,
});
const subnet = (changes: Partial<Situation["subnets"][number]> = {}) => ({
  name: "subnet-app",
  dhcp: dhcp(),
  withProxies: true,
  withNextHop: true,
  handedOut: false,
  ...changes,
});
const without = subnet({ withProxies: false, withNextHop: false });
const alone = subnet({ dhcp: dhcp({ gatewayOf: "nobody" }) });
const silent = subnet({ dhcp: dhcp({ enabled: false }) });

/** The proxy among its clients, behind a router with an external gateway and without SNAT. */
const base: Situation = {
  traits: openstack,
  vpc: { name: "r1", router: "outside", sharedSnat: false },
  wish: "auto",
  ownTable: false,
  destinations: ["0.0.0.0/0"],
  subnets: [subnet()],
  proxies: ["ecs-proxy"],
  outsideElsewhere: false,
};
const inside = { name: "r2", router: "inside", sharedSnat: false } as const;
const outside = { name: "r1", router: "outside", sharedSnat: false } as const;
const none = { name: "net-app", router: "none", sharedSnat: false } as const;
const translating = { name: "r1", router: "outside", sharedSnat: true } as const;
const pair = ["ecs-1", "ecs-2"];
const some = ["198.51.100.0/24"];

const table: readonly (readonly [string, Partial<Situation>, Recipe["kind"], RegExp])[] = [
  [
    "a cloud with route tables",
    { traits: otc, vpc: { name: "vpc", sharedSnat: false } },
    "route-table",
    /route table leads/,
  ],
  [
    "a cloud with route tables and shared SNAT",
    { traits: otc, vpc: { name: "vpc", sharedSnat: true } },
    "route-table",
    /route table/,
  ],
  [
    "a cloud with route tables, asked for host routes",
    { traits: otc, wish: "host-routes" },
    "refused",
    /has no such way/,
  ],
  [
    "a router that translates already",
    { vpc: translating },
    "nothing",
    /r1 translates for its servers already/,
  ],
  [
    "a router that translates already, some destinations",
    { vpc: translating, destinations: some },
    "nothing",
    /enable_snat/,
  ],
  [
    "a router that translates, and host routes asked for",
    { vpc: translating, wish: "host-routes" },
    "host-routes",
    /the spec asks for it/,
  ],
  [
    "G1: a router of the clients' own, the proxy in two networks",
    { vpc: inside, outsideElsewhere: true },
    "router-route",
    /leaves there goes by another network/,
  ],
  [
    "G1, some destinations",
    { vpc: inside, outsideElsewhere: true, destinations: some },
    "router-route",
    /r2 may lead to/,
  ],
  [
    "G2: a network without a router",
    { vpc: none, outsideElsewhere: true, subnets: [alone] },
    "subnet-gateway",
    /has no router/,
  ],
  [
    "a network without a router, whose DHCP hands out the proxy's address itself",
    { vpc: none, outsideElsewhere: true, subnets: [{ ...alone, handedOut: true }] },
    "host-routes",
    /net-app has no router.*host routes of subnet-app/,
  ],
  [
    "the same, and the gateway asked for",
    { vpc: none, outsideElsewhere: true, subnets: [{ ...alone, handedOut: true }], wish: "subnet-gateway" },
    "refused",
    /the address of ecs-proxy in subnet-app is one that the cloud hands out by itself/,
  ],
  [
    "a network without a router, some destinations",
    { vpc: none, outsideElsewhere: true, subnets: [alone], destinations: some },
    "host-routes",
    /host routes/,
  ],
  ["G3: the proxy's own router, without SNAT", {}, "host-routes", /r1 is ecs-proxy's own way out/],
  [
    "G3 with a pair, whose virtual IP is in one of the two subnets",
    { subnets: [subnet(), subnet({ name: "subnet-db", withNextHop: false })] },
    "refused",
    /servers in subnet-db cannot be led to it/,
  ],
  [
    "G3, some destinations: that router would lead them back too",
    { destinations: some },
    "host-routes",
    /would lead back/,
  ],
  [
    "some destinations on a router that is not the proxy's way out",
    { vpc: outside, outsideElsewhere: true, destinations: some },
    "host-routes",
    /^a route on router r1, which has an external gateway, would change the way of servers with an EIP too/,
  ],
  [
    "everything on a router with an external gateway, the proxy elsewhere",
    { outsideElsewhere: true },
    "host-routes",
    /host routes/,
  ],
  [
    "the naive route on the proxy's own router",
    { wish: "router-route" },
    "refused",
    /takes the place of its own default.*comes back to it.*does not bring the default back/,
  ],
  [
    "a naive route to some destinations on it",
    { wish: "router-route", destinations: some },
    "refused",
    /servers behind it that have an EIP would answer by the proxy/,
  ],
  [
    "the proxy's own router, and no NIC among the clients",
    { subnets: [without] },
    "refused",
    /takes the place.*ecs-proxy has no NIC in subnet-app/,
  ],
  ["the proxy's own router, and DHCP off", { subnets: [silent] }, "refused", /DHCP is off in subnet-app/],
  [
    "a gateway that a router has",
    { wish: "subnet-gateway" },
    "refused",
    /a router has the gateway address of subnet-app/,
  ],
  [
    "a gateway for some destinations",
    { wish: "subnet-gateway", subnets: [alone], destinations: some },
    "refused",
    /for everything, not for some/,
  ],
  ["a router that leads nowhere, and no other NIC", { vpc: inside }, "refused", /no EIP can be bound/],
  [
    "a pair between two networks, whose virtual IP is in one of the two served subnets: the router leads there",
    {
      vpc: inside,
      outsideElsewhere: true,
      subnets: [subnet(), subnet({ name: "subnet-db", withNextHop: false })],
    },
    "router-route",
    /may lead to/,
  ],
  [
    "one served subnet of two without the proxy",
    { vpc: inside, outsideElsewhere: true, subnets: [subnet(), without] },
    "refused",
    /no NIC in subnet-app/,
  ],
  [
    "host routes asked for, where the router is not the proxy's way out",
    { vpc: inside, outsideElsewhere: true, wish: "host-routes" },
    "host-routes",
    /^host routes of subnet-app tell .* way out is ecs-proxy; the spec asks for it$/,
  ],
  [
    "one of a pair without a NIC among the clients",
    { subnets: [without], proxies: pair, wish: "host-routes" },
    "refused",
    /^host-routes: ecs-1 and ecs-2 do not both have a NIC in subnet-app$/,
  ],
  [
    "a pair whose virtual IP the cloud hands out by itself, and the gateway asked for",
    {
      vpc: none,
      outsideElsewhere: true,
      subnets: [{ ...alone, handedOut: true }],
      proxies: pair,
      wish: "subnet-gateway",
    },
    "refused",
    /^subnet-gateway: the virtual IP of the pair in subnet-app is one that the cloud hands out by itself/,
  ],
  ["a route table of its own", { ownTable: true }, "refused", /has no route tables/],
  ["route tables asked for", { wish: "route-table" }, "refused", /has no route tables/],
  [
    "a cloud without a say in DHCP",
    { traits: { ...openstack, dhcp: false } },
    "refused",
    /nobody can change what a subnet tells/,
  ],
];

describe("the way of the clients' packets", () => {
  test.each(table)("%s", (_, changes, kind, because) => {
    const recipe = recipeFor({ ...base, ...changes });
    expect(recipe).toMatchObject({ kind, because: expect.stringMatching(because) });
    if (recipe.kind === "refused") expect(recipe.hint).not.toBe("");
  });
});
