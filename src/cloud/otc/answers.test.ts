/** Answers as real clouds give them and the lab does not: recorded or documented oddities. */
import { expect, test } from "vitest";
import type { Cloud } from "../cloud.ts";
import type { CloudProblem } from "../errors.ts";
import { openCloud } from "../open-cloud.ts";
import { fastClock } from "../testing/fast-clock.ts";
import { configFor, projectId, startSignedInCloud } from "../testing/signed-in.ts";
import type { Reply, SeenRequest } from "../testing/small-cloud.ts";

/** Answers by "METHOD path" without version-independent parts; a function may look at the request. */
type Answers = Readonly<Record<string, unknown | ((request: SeenRequest) => Reply)>>;

async function withAnswers<T>(
  answers: Answers,
  use: (cloud: Cloud, seen: readonly SeenRequest[]) => Promise<T>,
): Promise<T> {
  await using server = await startSignedInCloud((request) => {
    const answer = answers[`${request.method} ${request.url.pathname.replace(projectId, "PID")}`];
    if (typeof answer === "function") return answer(request);
    return answer === undefined
      ? { status: 404, body: { code: "X", message: "no" } }
      : { status: 200, body: answer };
  });
  return await use(openCloud(configFor(server.origin), { clock: fastClock() }), server.seen);
}

test("a table whose list entry lacks `default` is read by itself where the VPC has several", async () => {
  const listed = (id: string) => ({ id, name: id, vpc_id: "v", routes: [], subnets: [] });
  const tables = await withAnswers(
    {
      "GET /v1/PID/routetables": { routetables: [listed("a"), listed("b")] },
      "GET /v1/PID/routetables/a": { routetable: { ...listed("a"), default: true } },
      "GET /v1/PID/routetables/b": { routetable: { ...listed("b"), default: false } },
    },
    (cloud) => cloud.routeTables("v"),
  );
  expect(tables.map((table) => [table.id, table.isDefault])).toEqual([
    ["a", true],
    ["b", false],
  ]);
});

test("a table whose list entry lacks `routes`, as Huawei's does, is read by itself; one deleted meanwhile is left out", async () => {
  const listed = (id: string) => ({ id, name: id, vpc_id: "v", default: id === "a", subnets: [{ id: "n" }] });
  const routes = [
    { type: "local", destination: "10.0.0.0/24", nexthop: null },
    { type: "subeni", destination: "10.1.0.0/24", nexthop: "x", description: null },
  ];
  const tables = await withAnswers(
    {
      "GET /v1/PID/routetables": { routetables: [listed("a"), listed("b")] },
      "GET /v1/PID/routetables/a": { routetable: { ...listed("a"), routes } },
    },
    (cloud) => cloud.routeTables("v"),
  );
  expect(tables).toEqual([
    {
      id: "a",
      name: "a",
      vpcId: "v",
      isDefault: true,
      subnetIds: ["n"],
      routes: [
        { type: "local", destination: "10.0.0.0/24", nextHop: "", description: "" },
        { type: "other", destination: "10.1.0.0/24", nextHop: "x", description: "" },
      ],
    },
  ]);
});

test("a server's addresses are joined by port, or by MAC where no port is named; IPv6 is left out", async () => {
  const at = (addr: string, type: string, mac: string, port?: string, version: string | number = "4") => ({
    addr,
    version,
    "OS-EXT-IPS:type": type,
    "OS-EXT-IPS-MAC:mac_addr": mac,
    ...(port === undefined ? {} : { "OS-EXT-IPS:port_id": port }),
  });
  const addresses = {
    v: [
      at("10.0.0.4", "fixed", "fa:16:3e:00:00:01", "p1"),
      at("10.0.0.5", "fixed", "fa:16:3e:00:00:02", "p2"),
      at("80.158.1.2", "floating", "fa:16:3e:00:00:02", "p2"),
      at("2001:db8::1", "fixed", "fa:16:3e:00:00:01", "p1", "6"),
      at("10.0.0.6", "fixed", "fa:16:3e:00:00:03", undefined, 4),
      at("80.158.1.3", "floating", "fa:16:3e:00:00:03", undefined, 4),
    ],
  };
  const server = {
    id: "s",
    name: "x",
    status: "ACTIVE",
    addresses,
    security_groups: [{ name: "no id" }],
    metadata: {},
  };
  const seen = await withAnswers({ "GET /v1/PID/cloudservers/s": { server } }, (cloud) => cloud.server("s"));
  expect(seen).toEqual({
    id: "s",
    name: "x",
    status: "ACTIVE",
    vpcId: "v",
    securityGroupIds: [],
    addresses: [
      { ip: "10.0.0.4", nicId: "p1", mac: "fa:16:3e:00:00:01" },
      { ip: "10.0.0.5", nicId: "p2", mac: "fa:16:3e:00:00:02", publicIp: "80.158.1.2" },
      { ip: "10.0.0.6", nicId: "", mac: "fa:16:3e:00:00:03", publicIp: "80.158.1.3" },
    ],
  });
});

test("a pair that Neutron filled with the port's own MAC reads back as it was written", async () => {
  // As recorded from Neutron 21.0, shortened.
  const port = {
    id: "afe45d9d",
    name: "rec-nat",
    network_id: "10a9df1d",
    mac_address: "fa:16:3e:df:91:e4",
    device_id: "",
    device_owner: "",
    fixed_ips: [{ subnet_id: "158e1e5b", ip_address: "10.99.0.5" }],
    allowed_address_pairs: [
      { mac_address: "fa:16:3e:df:91:e4", ip_address: "1.1.1.1/0" },
      { mac_address: "fa:16:3e:00:00:01", ip_address: "10.99.0.9" },
    ],
    security_groups: ["0acf4d6a"],
    port_security_enabled: true,
    revision_number: 5,
  };
  const nic = await withAnswers({ "GET /v2.0/ports/p": { port } }, (cloud) => cloud.nic("p"));
  expect(nic?.addressPairs).toEqual([
    { ip_address: "1.1.1.1/0" },
    { ip_address: "10.99.0.9", mac_address: "fa:16:3e:00:00:01" },
  ]);
  expect(nic).toMatchObject({ serverId: "", owner: "", ip: "10.99.0.5", subnetId: "10a9df1d" });
});

const port = (id: string) => ({ id, network_id: "n" });

test("a link to the next page gives its marker, but the token goes nowhere else", async () => {
  const answers: Answers = {
    "GET /v2.0/ports": ({ url }: SeenRequest): Reply => ({
      status: 200,
      body: url.searchParams.has("marker")
        ? { ports: [port("c")] }
        : {
            ports: [port("a"), port("b")],
            ports_links: [{ rel: "next", href: "http://192.0.2.9:9696/v2.0/ports?limit=2&marker=b" }],
          },
    }),
  };
  await withAnswers(answers, async (cloud, seen) => {
    expect((await cloud.nics({ subnetId: "n" })).map((nic) => nic.id)).toEqual(["a", "b", "c"]);
    const second = seen.at(-1)?.url.searchParams;
    expect(Object.fromEntries(second ?? [])).toEqual({ network_id: "n", limit: "2", marker: "b" });
  });
});

test("full pages without links are followed by their last id", async () => {
  const all = Array.from({ length: 1_500 }, (_, at) => port(String(at).padStart(5, "0")));
  const answers: Answers = {
    "GET /v2.0/ports": ({ url }: SeenRequest): Reply => {
      const marker = url.searchParams.get("marker");
      const start = marker === null ? 0 : Number(marker) + 1;
      return { status: 200, body: { ports: all.slice(start, start + 1_000) } };
    },
  };
  expect(await withAnswers(answers, (cloud) => cloud.nics())).toHaveLength(1_500);
});

test("a cloud that gives the same page for ever is left after the second time", async () => {
  const page = Array.from({ length: 1_000 }, (_, at) => ({
    id: String(at),
    vpc_id: "v",
    cidr: "10.0.0.0/24",
  }));
  const next = [{ rel: "next", href: "/v2.0/ports?marker=b" }];
  const answers: Answers = {
    "GET /v1/PID/subnets": { subnets: page },
    "GET /v2.0/ports": { ports: [port("a"), port("b")], ports_links: next },
  };
  await withAnswers(answers, async (cloud, seen) => {
    expect(await cloud.subnets()).toHaveLength(1_000);
    expect(await cloud.nics()).toHaveLength(2);
    expect(seen.filter((request) => request.method === "GET")).toHaveLength(4);
  });
});

test("secondary ranges come from v3, and a region without v3 has none", async () => {
  const v1 = { vpcs: [{ id: "v", name: "a", cidr: "10.0.0.0/8", enable_shared_snat: true }] };
  const both: Answers = {
    "GET /v1/PID/vpcs": v1,
    "GET /v3/PID/vpc/vpcs": { vpcs: [{ id: "v", extend_cidrs: ["100.70.0.0/16"] }] },
  };
  expect(await withAnswers(both, (cloud) => cloud.vpcs())).toEqual([
    { id: "v", name: "a", cidrs: ["10.0.0.0/8", "100.70.0.0/16"], sharedSnat: true },
  ]);
  for (const status of [404, 405, 501]) {
    const without = {
      "GET /v1/PID/vpcs": v1,
      "GET /v3/PID/vpc/vpcs": (): Reply => ({ status, body: "no such page" }),
    };
    expect((await withAnswers(without, (cloud) => cloud.vpcs()))[0]?.cidrs).toEqual(["10.0.0.0/8"]);
  }
  const broken = { "GET /v1/PID/vpcs": v1, "GET /v3/PID/vpc/vpcs": (): Reply => ({ status: 500 }) };
  await expect(withAnswers(broken, (cloud) => cloud.vpcs())).rejects.toMatchObject({
    code: "cloud/unavailable",
  });
});

test("a new EIP is waited for until it can be used, and a bound one until it shows", async () => {
  let reads = 0;
  let boundTo = "";
  const eip = (status: string, more: object = {}) => ({
    publicip: { id: "e", alias: "mine", status, ...more },
  });
  const answers: Answers = {
    "GET /v1/PID/publicips": { publicips: [] },
    "POST /v1/PID/publicips": eip("PENDING_CREATE"),
    "PUT /v1/PID/publicips/e": ({ body }: SeenRequest): Reply => {
      boundTo = JSON.parse(body).publicip.port_id;
      reads = 0;
      return { status: 200, body: eip("DOWN") };
    },
    "GET /v1/PID/publicips/e": (): Reply => {
      reads += 1;
      if (reads < 4)
        return { status: 200, body: eip("PENDING_CREATE", { public_ip_address: "203.0.113.9" }) };
      return { status: 200, body: eip("DOWN", { public_ip_address: "203.0.113.9", port_id: boundTo }) };
    },
  };
  await withAnswers(answers, async (cloud) => {
    expect(await cloud.allocatePublicIp({ name: "mine", bandwidthMbit: 5 })).toMatchObject({
      address: "203.0.113.9",
    });
    expect(reads).toBe(4);
    await cloud.bindPublicIp("e", "p-1");
    expect(reads).toBe(4);
  });
});

test("an EIP that never becomes usable is given up with what was seen", async () => {
  const publicip = { id: "e", alias: "mine", status: "PENDING_CREATE" };
  const answers: Answers = {
    "GET /v1/PID/publicips": { publicips: [publicip] },
    "GET /v1/PID/publicips/e": { publicip },
  };
  const allocating = withAnswers(answers, (cloud) =>
    cloud.allocatePublicIp({ name: "mine", bandwidthMbit: 5 }),
  );
  await expect(allocating).rejects.toMatchObject({
    code: "cloud/unavailable",
    retry: true,
    detail: expect.stringContaining("PENDING_CREATE"),
  });
});

test("a duplicate rule is a success whatever the cloud calls it, another refusal is not", async () => {
  const rule = {
    direction: "ingress",
    ethertype: "IPv4",
    protocol: null,
    portMin: null,
    portMax: null,
    remoteCidr: "10.99.0.0/24",
    remoteGroupId: null,
    description: "wayout:egress",
  } as const;
  const existing = {
    id: "4358ee72",
    security_group_id: "g",
    direction: "ingress",
    ethertype: "IPv4",
    protocol: "any",
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: "10.99.0.0/24",
    remote_group_id: null,
    description: null,
  };
  const refusals: readonly Reply[] = [
    // As recorded from Neutron 21.0.
    {
      status: 409,
      body: {
        NeutronError: {
          type: "SecurityGroupRuleExists",
          message: "Security group rule already exists. Rule id is 4358ee72.",
          detail: "",
        },
      },
    },
    { status: 409, body: { code: "VPC.0612", message: "duplicate" } },
    { status: 400, body: { error_code: "VPC.9902", error_msg: "duplicate" } },
  ];
  for (const refusal of refusals) {
    const adding = (rules: readonly unknown[]) =>
      withAnswers(
        {
          "POST /v2.0/security-group-rules": () => refusal,
          "GET /v2.0/security-groups/g": { security_group: { id: "g", security_group_rules: rules } },
        },
        (cloud) => cloud.addSecurityGroupRule("g", rule),
      );
    await adding([existing]);
    await expect(adding([{ ...existing, remote_ip_prefix: "10.98.0.0/24" }])).rejects.toMatchObject({
      code: "cloud/conflict",
    });
  }
});

test.each<readonly [string, Reply, CloudProblem["code"], string]>([
  ["a list that is not there", { status: 200, body: {} }, "cloud/bad-answer", "subnets: "],
  ["an object where a list belongs", { status: 200, body: { subnets: {} } }, "cloud/bad-answer", "subnets: "],
  [
    "an entry without its VPC",
    { status: 200, body: { subnets: [{ id: "n", cidr: "x" }] } },
    "cloud/bad-answer",
    "vpc_id",
  ],
  ["JSON cut short", { status: 200, body: '{"subnets": [{"id":' }, "cloud/bad-answer", "not JSON"],
  ["a login page", { status: 200, body: "<html>Sign in</html>" }, "cloud/bad-answer", "a web page"],
  ["an error page", { status: 500, body: "<html><title>Oops</title></html>" }, "cloud/unavailable", "Oops"],
  ["no text at all", { status: 200 }, "cloud/bad-answer", "not JSON"],
])("%s is told, and not taken for an empty inventory", async (_, reply, code, words) => {
  const reading = withAnswers({ "GET /v1/PID/subnets": () => reply }, (cloud) => cloud.subnets());
  await expect(reading).rejects.toMatchObject({ code, detail: expect.stringContaining(words) });
});
