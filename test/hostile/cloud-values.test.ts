/** A cloud whose answers hold other things than ids, addresses and ranges where those belong. */
import { describe, expect, test } from "vitest";
import type { Cloud } from "../../src/cloud/cloud.ts";
import { openCloud } from "../../src/cloud/open-cloud.ts";
import { fastClock } from "../../src/cloud/testing/fast-clock.ts";
import { ok } from "../../src/cloud/testing/recorded-network.ts";
import { configFor, projectId, startSignedInCloud } from "../../src/cloud/testing/signed-in.ts";

type Fields = Readonly<Record<string, unknown>>;

async function onOtc<T>(path: string, body: unknown, use: (cloud: Cloud) => Promise<T>): Promise<T> {
  await using server = await startSignedInCloud(({ url }) =>
    url.pathname.replace(projectId, "PID") === path ? ok(body) : ok({ vpcs: [] }),
  );
  return await use(
    openCloud(configFor(server.origin, { endpoints: { nat: server.origin } }), { clock: fastClock() }),
  );
}

const badIds = ["../../x", "a?b", "a#b", "a/b", "..", "%2e%2e", "-x", "a b", "a\nb", "x".repeat(200)];
const badAddresses = [
  "192.0.2.1/24",
  "192.0.2.1; reboot",
  "192.0.2",
  "evil.example",
  "1.1.1.1\n",
  "::1%eth0",
];
const badRanges = ["0.0.0.0/0 }", "10.0.0.0/8, 0.0.0.0/0", "10.0.0.0/33", "10.0.0.0", "any", "@set"];
const badMacs = ["*", "fa:16:3e:00:00", "fa:16:3e:00:00:01 accept"];

const vpc = { id: "v", name: "vpc", cidr: "10.0.0.0/8", status: "OK" };
const subnet = {
  id: "n",
  name: "subnet",
  vpc_id: "v",
  cidr: "10.0.0.0/24",
  gateway_ip: "10.0.0.1",
  dnsList: [],
};
const eip = {
  id: "e",
  status: "ACTIVE",
  public_ip_address: "203.0.113.1",
  port_id: "p",
  private_ip_address: "10.0.0.4",
};
const address = {
  addr: "10.0.0.4",
  version: "4",
  "OS-EXT-IPS-MAC:mac_addr": "fa:16:3e:00:00:01",
  "OS-EXT-IPS:port_id": "p",
};
const server = {
  id: "s",
  name: "ecs",
  status: "ACTIVE",
  metadata: { vpc_id: "v" },
  addresses: { v: [address] },
};
const route = { type: "ecs", destination: "0.0.0.0/0", nexthop: "s" };
const table = { id: "t", name: "rtb", vpc_id: "v", default: true, routes: [route], subnets: [{ id: "n" }] };
const port = {
  id: "p",
  network_id: "n",
  device_id: "s",
  mac_address: "fa:16:3e:00:00:01",
  fixed_ips: [{ subnet_id: "n", ip_address: "10.0.0.4" }],
  security_groups: ["g"],
  allowed_address_pairs: [{ ip_address: "1.1.1.1/0", mac_address: "fa:16:3e:00:00:01" }],
};
const rule = { id: "r", security_group_id: "g", direction: "ingress", protocol: "tcp", port_range_min: 1 };
const group = { id: "g", name: "sg", security_group_rules: [rule] };

/** One call, its answer, and by the name of each field how it is put into the answer. */
const otc: readonly {
  readonly call: (cloud: Cloud) => Promise<unknown>;
  readonly path: string;
  readonly body: (change: (whole: Fields) => Fields) => unknown;
  readonly whole: Fields;
  readonly fields: Readonly<
    Record<string, readonly [readonly unknown[], (whole: Fields, value: unknown) => Fields]>
  >;
}[] = [
  {
    call: (cloud) => cloud.vpcs(),
    path: "/v1/PID/vpcs",
    whole: vpc,
    body: (change) => ({ vpcs: [change(vpc)] }),
    fields: { id: [badIds, set("id")], cidr: [badRanges, set("cidr")] },
  },
  {
    call: (cloud) => cloud.subnets(),
    path: "/v1/PID/subnets",
    whole: subnet,
    body: (change) => ({ subnets: [change(subnet)] }),
    fields: {
      id: [badIds, set("id")],
      vpc_id: [badIds, set("vpc_id")],
      cidr: [[...badRanges, "", "2001:db8::/64"], set("cidr")],
      gateway_ip: [[...badAddresses, "2001:db8::1"], set("gateway_ip")],
      dnsList: [badAddresses.map((one) => [one]), set("dnsList")],
    },
  },
  {
    call: (cloud) => cloud.publicIps(),
    path: "/v1/PID/publicips",
    whole: eip,
    body: (change) => ({ publicips: [change(eip)] }),
    fields: {
      id: [badIds, set("id")],
      public_ip_address: [[...badAddresses, "root@192.0.2.1", "-oProxyCommand=x"], set("public_ip_address")],
      port_id: [badIds, set("port_id")],
      private_ip_address: [badAddresses, set("private_ip_address")],
    },
  },
  {
    call: (cloud) => cloud.servers(),
    path: "/v1/PID/cloudservers/detail",
    whole: server,
    body: (change) => ({ count: 1, servers: [change(server)] }),
    fields: {
      id: [badIds, set("id")],
      vpc_id: [badIds, (whole, value) => ({ ...whole, metadata: { vpc_id: value } })],
      addresses: [badIds, (whole, value) => ({ ...whole, addresses: { [String(value)]: [address] } })],
      addr: [badAddresses, (whole, value) => ({ ...whole, addresses: { v: [{ ...address, addr: value }] } })],
      mac_addr: [
        badMacs,
        (whole, value) => ({
          ...whole,
          addresses: { v: [{ ...address, "OS-EXT-IPS-MAC:mac_addr": value }] },
        }),
      ],
      port_id: [
        badIds,
        (whole, value) => ({ ...whole, addresses: { v: [{ ...address, "OS-EXT-IPS:port_id": value }] } }),
      ],
    },
  },
  {
    call: (cloud) => cloud.routeTables(),
    path: "/v1/PID/routetables",
    whole: table,
    body: (change) => ({ routetables: [change(table)] }),
    fields: {
      id: [badIds, set("id")],
      vpc_id: [badIds, set("vpc_id")],
      destination: [
        badRanges.filter((one) => one !== "10.0.0.0"),
        (whole, value) => ({ ...whole, routes: [{ ...route, destination: value }] }),
      ],
      nexthop: [badIds, (whole, value) => ({ ...whole, routes: [{ ...route, nexthop: value }] })],
      subnets: [badIds, (whole, value) => ({ ...whole, subnets: [{ id: value }] })],
    },
  },
  {
    call: (cloud) => cloud.nics(),
    path: "/v2.0/ports",
    whole: port,
    body: (change) => ({ ports: [change(port)] }),
    fields: {
      id: [badIds, set("id")],
      network_id: [badIds, set("network_id")],
      mac_address: [badMacs, set("mac_address")],
      subnet_id: [
        badIds,
        (whole, value) => ({ ...whole, fixed_ips: [{ subnet_id: value, ip_address: "10.0.0.4" }] }),
      ],
      ip_address: [
        badAddresses,
        (whole, value) => ({ ...whole, fixed_ips: [{ subnet_id: "n", ip_address: value }] }),
      ],
      security_groups: [badIds.map((one) => [one]), set("security_groups")],
      allowed_address_pairs: [
        badRanges.filter((one) => one !== "10.0.0.0").map((one) => [{ ip_address: one }]),
        set("allowed_address_pairs"),
      ],
    },
  },
  {
    call: (cloud) => cloud.securityGroups(),
    path: "/v2.0/security-groups",
    whole: group,
    body: (change) => ({ security_groups: [change(group)] }),
    fields: {
      id: [badIds, set("id")],
      security_group_rules: [
        [
          ...badIds.map((id) => [{ ...rule, id }]),
          ...badIds.map((remote_group_id) => [{ ...rule, remote_group_id }]),
          ...["0.0.0.0/0 }", "any"].map((remote_ip_prefix) => [{ ...rule, remote_ip_prefix }]),
          [{ ...rule, protocol: "tcp; accept" }],
          [{ ...rule, port_range_min: 70_000 }],
        ],
        set("security_group_rules"),
      ],
    },
  },
  {
    call: (cloud) => cloud.natGateways("v"),
    path: "/v2.0/nat_gateways",
    whole: {},
    body: (change) => ({ nat_gateways: [change({ id: "g", router_id: "v" })] }),
    fields: { id: [badIds, set("id")], router_id: [badIds, set("router_id")] },
  },
];

function set(field: string): (whole: Fields, value: unknown) => Fields {
  return (whole, value) => ({ ...whole, [field]: value });
}

describe.each(otc)("$path", ({ call, path, body, fields }) => {
  test.each(Object.entries(fields))("%s of another form is no answer", async (field, [values, put]) => {
    for (const value of values) {
      const answer = onOtc(
        path,
        body((whole) => put(whole, value)),
        (cloud) => call(cloud),
      );
      await expect(answer, JSON.stringify(value)).rejects.toMatchObject({
        code: "cloud/bad-answer",
        detail: expect.stringContaining(field),
      });
    }
  });

  test("as it is documented it is one", async () => {
    const seen = await onOtc(
      path,
      body((whole) => whole),
      (cloud) => call(cloud),
    );
    expect(seen).toHaveLength(1);
  });
});

test("on OTC, routes lead to ids and addresses, and the cloud's own to what it likes", async () => {
  const routes = [
    { ...route, nexthop: "10.0.0.9", type: "vip" },
    { ...route, nexthop: "68d701d2-28e8-4f52-b116-000000000001", destination: "2001:db8::/64" },
    { type: "local", destination: "10.0.0.0/24", nexthop: "-" },
    { type: "cc", destination: "10.1.0.0/24", nexthop: "a/b c" },
  ];
  const body = { routetables: [{ ...table, routes }] };
  const [seen] = await onOtc("/v1/PID/routetables", body, (cloud) => cloud.routeTables());
  expect(seen?.routes.map(({ nextHop }) => nextHop)).toEqual([
    "10.0.0.9",
    "68d701d2-28e8-4f52-b116-000000000001",
    "",
    "a/b c",
  ]);
});

test("an EIP of IPv6 is left out", async () => {
  const body = {
    publicips: [{ ...eip, public_ip_address: "2001:db8::7", private_ip_address: "2001:db8::4" }],
  };
  expect(await onOtc("/v1/PID/publicips", body, (cloud) => cloud.publicIps())).toEqual([]);
});
