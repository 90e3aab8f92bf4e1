/** The driver on what a real Neutron answered (Zed). */
import { describe, expect, test } from "vitest";
import { objectIn, recorded } from "../testing/recorded.ts";
import {
  type Answers,
  natPort,
  ok,
  routerId,
  routerPort,
  serverPort,
  subnetId,
  withAnswers,
  writes,
} from "../testing/recorded-network.ts";

describe("reading", () => {
  test("the recorded network is seen in the port's words", async () => {
    await withAnswers({}, async (cloud) => {
      expect(await cloud.vpcs()).toEqual([
        { id: routerId, name: "rec-router", cidrs: ["10.99.0.0/24"], sharedSnat: true, router: "outside" },
      ]);
      expect(await cloud.subnets()).toEqual([
        {
          id: subnetId,
          name: "rec-subnet",
          vpcId: routerId,
          cidr: "10.99.0.0/24",
          gatewayIp: "10.99.0.1",
          dns: ["100.125.4.25"],
          dhcp: {
            enabled: true,
            hostRoutes: [{ destination: "0.0.0.0/0", nextHop: "10.99.0.5" }],
            pools: [{ first: "10.99.0.2", last: "10.99.0.254" }],
            gatewayOf: "router",
            marks: [],
          },
        },
      ]);
      expect(await cloud.routeTables(routerId)).toEqual([
        {
          id: routerId,
          name: "rec-router",
          vpcId: routerId,
          isDefault: true,
          routes: [{ destination: "0.0.0.0/0", type: "vip", nextHop: "10.99.0.5", description: "" }],
          subnetIds: [subnetId],
        },
      ]);
      expect(await cloud.servers()).toMatchObject([
        {
          name: "rec-server",
          vpcId: routerId,
          addresses: [{ ip: "10.99.0.115", nicId: serverPort.id, mac: "fa:16:3e:ed:b8:b3" }],
          securityGroupIds: ["0acf4d6a-14b6-40b1-818e-06f759cc1158"],
        },
      ]);
      expect(await cloud.publicIps()).toEqual([
        {
          id: "44319b2e-23b1-4c36-86fb-8596cccb169c",
          address: "203.0.113.118",
          name: "",
          nicId: natPort.id,
          privateIp: "10.99.0.5",
        },
      ]);
      expect(await cloud.nic(String(natPort.id))).toMatchObject({
        subnetId,
        addressPairs: [{ ip_address: "0.0.0.0/0" }],
        portSecurity: true,
        dhcpOptions: [],
      });
    });
  });

  test("everything at once costs lists, and each list once", async () => {
    await withAnswers({}, async (cloud, seen) => {
      await Promise.all([cloud.vpcs(), cloud.subnets(), cloud.routeTables(), cloud.servers(), cloud.nics()]);
      const lists = seen.filter(({ method }) => method === "GET").map(({ url }) => url.pathname + url.search);
      expect(lists.every((path) => !/[0-9a-f]{8}-/.test(path))).toBe(true);
      expect(lists.filter((path) => path.startsWith("/v2.0/routers"))).toHaveLength(1);
      expect(lists.filter((path) => path.startsWith("/v2.0/subnets"))).toHaveLength(1);
      expect(lists.filter((path) => path === "/v2.0/ports?limit=1000")).toHaveLength(1);
    });
  });

  test("a page's link is followed, and of it the parameters alone", async () => {
    const router = { id: "r-2", name: "second", external_gateway_info: null, routes: [] };
    const paged: Answers = {
      "GET /v2.0/routers": ({ url }) =>
        url.searchParams.get("marker") === routerId
          ? ok({ routers: [router] })
          : ok({
              routers: [objectIn("router")],
              routers_links: [
                { rel: "next", href: `http://10.0.0.1:9696/v2.0/routers?limit=1&marker=${routerId}` },
              ],
            }),
    };
    const vpcs = await withAnswers(paged, (cloud) => cloud.vpcs());
    expect(vpcs.map(({ name, router: leads }) => [name, leads])).toEqual([
      ["rec-router", "outside"],
      ["second", "inside"],
    ]);
  });

  test("a network that no router is in is a VPC of its own, and an external one is none", async () => {
    const lonely: Answers = {
      "GET /v2.0/routers": ok({ routers: [] }),
    };
    const vpcs = await withAnswers(lonely, (cloud) => cloud.vpcs());
    expect(vpcs).toEqual([
      { id: natPort.network_id, name: "rec-net", cidrs: ["10.99.0.0/24"], sharedSnat: false, router: "none" },
    ]);
  });
});

describe("what Neutron refuses comes in the port's words", () => {
  const port = `PUT /v2.0/ports/${String(natPort.id)}`;
  test.each([
    ["pairs", "pairs-refused", "cloud/bad-request", /not a valid IP subnet/],
    ["pairs on a network of another project", "forbidden", "cloud/forbidden", /PolicyNotAuthorized/],
    ["port security", "port-security-has-groups", "cloud/conflict", /PortSecurityPortHasSecurityGroup/],
  ])("%s", async (_, answer, code, summary) => {
    await withAnswers({ [port]: recorded(answer) }, async (cloud) => {
      const refused = cloud.setAddressPairs(String(natPort.id), [{ ip_address: "1.1.1.1/33" }]);
      await expect(refused).rejects.toMatchObject({ code, summary: expect.stringMatching(summary) });
    });
  });

  test("the gateway of a subnet that a router has", async () => {
    const answers = { [`PUT /v2.0/subnets/${subnetId}`]: recorded("gateway-in-use") };
    await withAnswers(answers, async (cloud) => {
      await expect(cloud.setSubnetGateway(subnetId, "10.99.0.5")).rejects.toMatchObject({
        code: "cloud/conflict",
        summary: expect.stringContaining("already in use by port"),
      });
    });
  });

  test("a floating IP for a NIC whose router leads nowhere", async () => {
    const eip = "44319b2e-23b1-4c36-86fb-8596cccb169c";
    const free = { ...objectIn("floatingips"), port_id: null, fixed_ip_address: null };
    const answers: Answers = {
      [`GET /v2.0/floatingips/${eip}`]: ok({ floatingip: free }),
      [`PUT /v2.0/floatingips/${eip}`]: recorded("floatingip-without-gateway"),
    };
    await withAnswers(answers, async (cloud) => {
      await expect(cloud.bindPublicIp(eip, String(natPort.id))).rejects.toMatchObject({
        summary: expect.stringContaining("is not reachable from subnet"),
      });
    });
  });
});

describe("routes of a router", () => {
  const server = String(serverPort.device_id);
  const route = { destination: "172.16.0.0/12", type: "ecs", nextHop: server, description: "" } as const;
  const recordedRoute = { ...route, destination: "0.0.0.0/0", nextHop: String(natPort.device_id) } as const;
  const whole = `PUT /v2.0/routers/${routerId}`;

  test("are added and taken away one by one, the next hop as an address", async () => {
    const answers = {
      [`${whole}/add_extraroutes`]: recorded("router"),
      [`${whole}/remove_extraroutes`]: recorded("router"),
    };
    await withAnswers(answers, async (cloud, seen) => {
      await cloud.addRoute(routerId, route);
      await cloud.deleteRoute(routerId, recordedRoute);
      expect(writes(seen).map(({ body }) => JSON.parse(body))).toEqual([
        { router: { routes: [{ destination: "172.16.0.0/12", nexthop: "10.99.0.115" }] } },
        { router: { routes: [{ destination: "0.0.0.0/0", nexthop: "10.99.0.5" }] } },
      ]);
    });
  });

  test("go as a whole list, with the revision, where the cloud cannot do that", async () => {
    const answers: Answers = {
      "GET /v2.0/extensions": ok({ extensions: [{ alias: "extraroute" }, { alias: "revision-if-match" }] }),
      [whole]: recorded("router"),
    };
    await withAnswers(answers, async (cloud, seen) => {
      await cloud.addRoute(routerId, route);
      const [write] = writes(seen);
      expect(JSON.parse(write?.body ?? "")).toEqual({
        router: {
          routes: [
            { destination: "0.0.0.0/0", nexthop: "10.99.0.5" },
            { destination: "172.16.0.0/12", nexthop: "10.99.0.115" },
          ],
        },
      });
      expect(write?.headers["if-match"]).toBe(`revision_number=${objectIn("router").revision_number}`);
    });
  });

  test("stay where they lead elsewhere by now: that is a conflict, as on other clouds", async () => {
    await withAnswers({}, async (cloud, seen) => {
      const meant = { ...route, destination: "0.0.0.0/0" };
      await expect(cloud.deleteRoute(routerId, meant)).rejects.toMatchObject({
        code: "cloud/conflict",
        summary: expect.stringContaining("leads via 10.99.0.5 now"),
      });
      expect(writes(seen)).toEqual([]);
    });
  });

  test("to another address of a server than its first are read so that they are written back as they were", async () => {
    const first = { subnet_id: subnetId, ip_address: "10.99.0.115" };
    const second = { subnet_id: subnetId, ip_address: "10.99.0.116" };
    const answers: Answers = {
      "GET /v2.0/routers": ok({
        routers: [
          { ...objectIn("router"), routes: [{ destination: "172.16.0.0/12", nexthop: second.ip_address }] },
        ],
      }),
      "GET /v2.0/ports": ok({ ports: [{ ...serverPort, fixed_ips: [first, second] }, routerPort] }),
      [whole]: recorded("router"),
    };
    await withAnswers(answers, async (cloud, seen) => {
      const [before] = (await cloud.routeTable(routerId))?.routes ?? [];
      expect(before).toMatchObject({ destination: "172.16.0.0/12" });
      if (before) await cloud.changeRoute(routerId, before);
      expect(JSON.parse(writes(seen)[0]?.body ?? "").router.routes).toContainEqual({
        destination: "172.16.0.0/12",
        nexthop: "10.99.0.116",
      });
    });
  });

  test("are not doubled: Neutron would spread packets over two next hops", async () => {
    await withAnswers({}, async (cloud, seen) => {
      const second = { ...route, destination: "0.0.0.0/0" };
      await expect(cloud.addRoute(routerId, second)).rejects.toMatchObject({ code: "cloud/conflict" });
      expect(writes(seen)).toEqual([]);
    });
  });
});

describe("a floating IP", () => {
  const second = { ...objectIn("external-networks"), id: "ext-2", name: "second_net" };
  const several: Answers = {
    "GET /v2.0/networks": ok({ networks: [objectIn("external-networks"), second] }),
    "GET /v2.0/floatingips": ok({ floatingips: [] }),
    "POST /v2.0/floatingips": ok({ floatingip: objectIn("floatingips") }),
  };
  const wish = { name: "wayout-egress", bandwidthMbit: 100 };

  test("comes from the external network of its NIC's router", async () => {
    await withAnswers(several, async (cloud, seen) => {
      await cloud.allocatePublicIp({ ...wish, forNic: String(natPort.id) });
      expect(JSON.parse(writes(seen)[0]?.body ?? "")).toEqual({
        floatingip: {
          floating_network_id: "23a61ec9-0660-49bc-9136-6fbd8d5dca36",
          description: "wayout-egress",
        },
      });
    });
  });

  test("that could come from several is not allocated: the setting is named", async () => {
    await withAnswers(several, async (cloud, seen) => {
      await expect(cloud.allocatePublicIp(wish)).rejects.toMatchObject({
        code: "cloud/config",
        summary: "floating IPs could come from several external networks: admin_external_net, second_net",
        hint: expect.stringContaining("external_network"),
      });
      expect(writes(seen)).toEqual([]);
    });
  });
});

describe("what opens a NIC", () => {
  const whole = [{ ip_address: "0.0.0.0/0" }];
  const halves = [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }];

  test.each([
    ["the whole range first, then its halves, and nothing is asked for that", [], false, [whole, halves], 0],
    ["its halves where virtual IPs are to be heard", [], true, [halves], 1],
    ["the whole range, where halves are refused", ["aap-reject-multicast"], true, [whole], 1],
  ])("is %s", async (_, aliases, withVirtualIps, forms, calls) => {
    const extensions = aliases.map((alias) => ({ alias }));
    await withAnswers({ "GET /v2.0/extensions": ok({ extensions }) }, async (cloud, seen) => {
      expect(await cloud.anyAddressPairs(withVirtualIps)).toEqual(forms);
      expect(seen.filter(({ url }) => url.pathname.endsWith("extensions"))).toHaveLength(calls);
    });
  });
});
