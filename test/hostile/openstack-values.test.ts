/** A plain OpenStack whose answers hold other things than ids, addresses and ranges where those belong, and what is odd and right. */
import { describe, expect, test } from "vitest";
import type { Cloud } from "../../src/cloud/cloud.ts";
import { openCloud } from "../../src/cloud/open-cloud.ts";
import { fastClock } from "../../src/cloud/testing/fast-clock.ts";
import { objectIn } from "../../src/cloud/testing/recorded.ts";
import { natPort, ok, withAnswers as onOpenstack } from "../../src/cloud/testing/recorded-network.ts";
import { configFor, projectId, tokenReply } from "../../src/cloud/testing/signed-in.ts";
import { startSmallCloud } from "../../src/cloud/testing/small-cloud.ts";

describe("on plain OpenStack", () => {
  const net = objectIn("subnet");
  const router = objectIn("router");
  const rule = { id: "r", security_group_id: "g", direction: "ingress", protocol: "tcp", port_range_min: 1 };
  test.each<[string, string, unknown, (cloud: Cloud) => Promise<unknown>, string]>([
    ["a subnet's id", "subnets", { ...net, id: "../x" }, (cloud) => cloud.subnets(), "id"],
    ["a subnet's range", "subnets", { ...net, cidr: "0.0.0.0/0 }" }, (cloud) => cloud.subnets(), "cidr"],
    ["an IPv6 range of IPv4", "subnets", { ...net, cidr: "::/0" }, (cloud) => cloud.subnets(), "cidr"],
    ["a gateway", "subnets", { ...net, gateway_ip: "x" }, (cloud) => cloud.subnets(), "gateway_ip"],
    ["a gateway of IPv6", "subnets", { ...net, gateway_ip: "::1" }, (cloud) => cloud.subnets(), "gateway_ip"],
    [
      "a host route",
      "subnets",
      { ...net, host_routes: [{ destination: "0.0.0.0/0", nexthop: "1.1.1.1 -j x" }] },
      (cloud) => cloud.subnets(),
      "nexthop",
    ],
    [
      "a pool",
      "subnets",
      { ...net, allocation_pools: [{ start: "10.99.0.2", end: "x" }] },
      (cloud) => cloud.subnets(),
      "allocation_pools",
    ],
    [
      "a route's next hop",
      "routers",
      { ...router, routes: [{ destination: "0.0.0.0/0", nexthop: "../x" }] },
      (cloud) => cloud.routeTables(),
      "nexthop",
    ],
    ["a router's id", "routers", { ...router, id: "a?b" }, (cloud) => cloud.vpcs(), "id"],
    [
      "a floating IP",
      "floatingips",
      { id: "f", floating_ip_address: "-oProxyCommand=x" },
      (cloud) => cloud.publicIps(),
      "floating_ip_address",
    ],
  ])("%s of another form is no answer", async (_, list, value, call, field) => {
    const answers = { [`GET /v2.0/${list}`]: ok({ [list]: [value] }) };
    await expect(onOpenstack(answers, call)).rejects.toMatchObject({
      code: "cloud/bad-answer",
      detail: expect.stringContaining(field),
    });
  });

  test("what is legal and odd is read: IPv6 beside IPv4, pairs with host bits, MACs in capitals", async () => {
    const odd = {
      ...natPort,
      mac_address: "FA-16-3E-00-00-0A",
      fixed_ips: [
        { subnet_id: "v6", ip_address: "2001:db8::5" },
        { subnet_id: "v4", ip_address: "10.99.0.5" },
      ],
      allowed_address_pairs: [
        { ip_address: "1.1.1.1/0", mac_address: "FA:16:3E:00:00:0A" },
        { ip_address: "2001:db8::/64", mac_address: "fa:16:3e:00:00:0b" },
        { ip_address: "10.99.0.9", mac_address: null },
      ],
    };
    const [nic] = await onOpenstack({ "GET /v2.0/ports": ok({ ports: [odd] }) }, (cloud) => cloud.nics());
    expect(nic).toMatchObject({
      ip: "10.99.0.5",
      subnetId: "v4",
      mac: "FA:16:3E:00:00:0A",
      addressPairs: [
        { ip_address: "1.1.1.1/0" },
        { ip_address: "2001:db8::/64", mac_address: "fa:16:3e:00:00:0b" },
        { ip_address: "10.99.0.9" },
      ],
    });
  });

  test("a port that belongs to what is no id belongs to no server, and is no virtual IP", async () => {
    const ports = ["../../servers", "a b", "kuryr:x"].map((device_id, at) => ({
      ...natPort,
      id: `p${at}`,
      device_id,
    }));
    const nics = await onOpenstack({ "GET /v2.0/ports": ok({ ports }) }, (cloud) => cloud.nics());
    expect(nics.map(({ serverId }) => /^other-[0-9a-f]{32}$/.test(serverId))).toEqual([true, true, true]);
  });

  test("subnets of IPv6 are left out, and without gateway or DHCP one is read", async () => {
    const v6 = { ...net, id: "v6", ip_version: 6, cidr: "2001:db8::/64", gateway_ip: "2001:db8::1" };
    const plain = { ...net, gateway_ip: null, dns_nameservers: ["2001:db8::53"], cidr: "10.99.0.7/24" };
    const answers = { "GET /v2.0/subnets": ok({ subnets: [v6, plain] }) };
    const subnets = await onOpenstack(answers, (cloud) => cloud.subnets());
    expect(subnets).toMatchObject([{ cidr: "10.99.0.0/24", gatewayIp: "" }]);
  });

  test("rules for single addresses, IPv6 and protocols by number are read", async () => {
    const rules = [
      { ...rule, remote_ip_prefix: "192.0.2.1" },
      { ...rule, ethertype: "IPv6", remote_ip_prefix: "::/0", protocol: "ipv6-icmp" },
      { ...rule, protocol: 112, port_range_min: null, remote_ip_prefix: "" },
    ];
    const answers = {
      "GET /v2.0/security-groups": ok({
        security_groups: [{ id: "g", name: "g", security_group_rules: rules }],
      }),
    };
    const [seen] = await onOpenstack(answers, (cloud) => cloud.securityGroups());
    expect(seen?.rules.map(({ remoteCidr, protocol }) => [remoteCidr, protocol])).toEqual([
      ["192.0.2.1", "tcp"],
      ["::/0", "ipv6-icmp"],
      [null, "112"],
    ]);
  });
});

test.each([
  ["a project's id", { project: { id: "../../x", name: "eu-de_demo" } }],
  ["a service's URL with a user", { catalog: "http://root:x@127.0.0.1/v1" }],
  ["a service's URL of another scheme", { catalog: "file:///etc/passwd" }],
])("%s in the token is no answer", async (_, change) => {
  await using cloud = await startSmallCloud(({ url }) => {
    if (url.pathname !== "/v3/auth/tokens") return ok({ vpcs: [] });
    const reply = tokenReply(cloud.origin, "token");
    const text = JSON.stringify(reply.body)
      .replace(projectId, "project" in change ? change.project.id : projectId)
      .replace(`${cloud.origin}/v1/${projectId}`, "catalog" in change ? change.catalog : cloud.origin);
    return { ...reply, body: text };
  });
  const answer = openCloud(configFor(cloud.origin), { clock: fastClock() }).vpcs();
  await expect(answer).rejects.toMatchObject({ code: "cloud/bad-answer" });
});
