/** The calls that Wayout and the openstack client make of an OpenStack, good and bad ones. They end as they began. */
import type { Exchange } from "./differences.ts";
import type { Endpoint, Service } from "./endpoint.ts";
import { at, idAt, noId } from "./field.ts";
import type { Stage } from "./stage.ts";

interface Wish {
  readonly service?: Service;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Paths of the answer whose values must be equal in both clouds. */
  readonly same?: readonly string[];
}

export async function makeCalls(api: Endpoint, stage: Stage): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  const call = async (name: string, method: string, path: string, wish: Wish = {}): Promise<unknown> => {
    const { status, body } = await api.call(wish.service ?? "network", method, path, wish.body, wish.headers);
    exchanges.push({ name, status, body, picked: (wish.same ?? []).map((each) => at(body, each)) });
    return body;
  };
  await identityCalls(call);
  await computeCalls(call, stage);
  await readingCalls(call, stage, api.projectId);
  await pairCalls(call, stage);
  await portSecurityCalls(call, stage);
  await ifMatchCalls(call, stage);
  await virtualIpCalls(call, stage);
  await groupCalls(call, stage);
  await floatingIpCalls(call, stage);
  await routeCalls(call, stage);
  await subnetCalls(call, stage);
  await tagCalls(call, stage);
  await badCalls(call, stage);
  return exchanges;
}

type Calls = (name: string, method: string, path: string, wish?: Wish) => Promise<unknown>;

async function identityCalls(call: Calls): Promise<void> {
  const identity = { service: "identity" } as const;
  await call("versions of Keystone", "GET", "/v3", identity);
  await call("projects of the token", "GET", "/v3/auth/projects", identity);
  await call("token for a wrong password", "POST", "/v3/auth/tokens", {
    ...identity,
    body: {
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: "nobody", password: "wrong", domain: { name: "Default" } } },
        },
      },
    },
  });
  await call("token for an empty body", "POST", "/v3/auth/tokens", { ...identity, body: {} });
  await call("ports with a wrong token", "GET", "/v2.0/ports", { headers: { "x-auth-token": "wrong" } });
}

async function computeCalls(call: Calls, stage: Stage): Promise<void> {
  const compute = { service: "compute" } as const;
  await call("servers", "GET", "/servers", compute);
  await call("servers in detail", "GET", "/servers/detail", compute);
  await call("servers in detail, a page", "GET", "/servers/detail?limit=1", compute);
  // Nova takes a name as a pattern; the one that is asked for need not be the first.
  await call("servers by a pattern of their name", "GET", "/servers?name=^ecs-app-1$", {
    ...compute,
    same: ["servers.length"],
  });
  await call("server", "GET", `/servers/${stage.proxyId}`, { ...compute, same: ["server.status"] });
  await call("interfaces of a server", "GET", `/servers/${stage.proxyId}/os-interface`, compute);
  await call("server that is not there", "GET", `/servers/${noId}`, compute);
  await call("flavors in detail", "GET", "/flavors/detail", compute);
}

async function readingCalls(call: Calls, stage: Stage, projectId: string): Promise<void> {
  await call("extensions", "GET", "/v2.0/extensions/extraroute-atomic", { same: ["extension.alias"] });
  await call("extension that is not there", "GET", "/v2.0/extensions/no-such-thing");
  await call("networks", "GET", "/v2.0/networks");
  await call("external networks", "GET", "/v2.0/networks?router:external=true");
  await call("network", "GET", `/v2.0/networks/${stage.networkId}`, { same: ["network.router:external"] });
  await call("subnets", "GET", "/v2.0/subnets");
  await call("subnet", "GET", `/v2.0/subnets/${stage.subnetId}`, {
    same: ["subnet.ip_version", "subnet.enable_dhcp", "subnet.host_routes"],
  });
  await call("routers", "GET", "/v2.0/routers");
  await call("router", "GET", `/v2.0/routers/${stage.routerId}`, {
    same: [
      "router.routes",
      "router.admin_state_up",
      "router.status",
      "router.external_gateway_info.enable_snat",
    ],
  });
  await call("ports of a router", "GET", `/v2.0/ports?device_id=${stage.routerId}`);
  await call("ports, a page of one field", "GET", "/v2.0/ports?limit=1&fields=id");
  await call("ports by address", "GET", `/v2.0/ports?fixed_ips=ip_address%3D${stage.proxyIp}`);
  await call("port", "GET", `/v2.0/ports/${stage.proxyPortId}`, {
    same: ["port.allowed_address_pairs", "port.port_security_enabled", "port.admin_state_up"],
  });
  await call("port that is not there", "GET", `/v2.0/ports/${noId}`);
  await call("quotas", "GET", `/v2.0/quotas/${projectId}`);
  await call("quotas in detail", "GET", `/v2.0/quotas/${projectId}/details.json`);
}

async function pairCalls(call: Calls, stage: Stage): Promise<void> {
  const lists: readonly (readonly [string, readonly unknown[]])[] = [
    ["pair 1.1.1.1/0", [{ ip_address: "1.1.1.1/0" }]],
    ["pair 0.0.0.0/0", [{ ip_address: "0.0.0.0/0" }]],
    ["pairs of both halves", [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }]],
    ["pairs of both spellings of all", [{ ip_address: "1.1.1.1/0" }, { ip_address: "0.0.0.0/0" }]],
    ["pair twice", [{ ip_address: "1.1.1.1/0" }, { ip_address: "1.1.1.1/0" }]],
    ["pair with a MAC", [{ ip_address: "192.168.125.200", mac_address: "fa:16:3e:00:00:01" }]],
    ["pair of a range", [{ ip_address: "10.1.0.0/16" }]],
    ["pair that is no address", [{ ip_address: "1.1.1.1/33" }]],
    ["pair without an address", [{ mac_address: "fa:16:3e:00:00:01" }]],
    ["no pairs", []],
  ];
  for (const [name, pairs] of lists) {
    await call(name, "PUT", `/v2.0/ports/${stage.proxyPortId}`, {
      body: { port: { allowed_address_pairs: pairs } },
      same: ["port.allowed_address_pairs.length"],
    });
  }
}

async function portSecurityCalls(call: Calls, stage: Stage): Promise<void> {
  const set = async (name: string, port: unknown): Promise<void> => {
    await call(name, "PUT", `/v2.0/ports/${stage.proxyPortId}`, {
      body: { port },
      same: ["port.port_security_enabled", "port.allowed_address_pairs"],
    });
  };
  await set("port security off with groups", { port_security_enabled: false });
  await set("port security off", { port_security_enabled: false, security_groups: [] });
  await set("pair while port security is off", { allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] });
  await set("groups while port security is off", { security_groups: stage.proxyGroupIds });
  await set("port security on", { port_security_enabled: true, security_groups: stage.proxyGroupIds });
  await set("group that is not there", { security_groups: [noId] });
}

/** RFC 7232 as Neutron has it: If-Match: revision_number=N (its extension revision-if-match). */
async function ifMatchCalls(call: Calls, stage: Stage): Promise<void> {
  const objects = [
    ["port", `/v2.0/ports/${stage.clientPortId}`],
    ["router", `/v2.0/routers/${stage.routerId}`],
    ["subnet", `/v2.0/subnets/${stage.subnetId}`],
  ] as const;
  for (const [key, path] of objects) {
    const shown = await call(`${key} before If-Match`, "GET", path);
    const revision = Number(at(shown, `${key}.revision_number`));
    const body = { [key]: { name: at(shown, `${key}.name`) } };
    await call(`${key}, If-Match with another revision`, "PUT", path, {
      body,
      headers: { "if-match": `revision_number=${revision + 1000}` },
    });
    await call(`${key}, If-Match with its revision`, "PUT", path, {
      body,
      headers: { "if-match": `revision_number=${revision}` },
    });
    await call(`${key}, If-Match that is none`, "PUT", path, { body, headers: { "if-match": "anything" } });
  }
}

async function virtualIpCalls(call: Calls, stage: Stage): Promise<void> {
  const made = await call("virtual IP: a port without a server", "POST", "/v2.0/ports", {
    body: {
      port: { name: "calls-vip", network_id: stage.networkId, fixed_ips: [{ subnet_id: stage.subnetId }] },
    },
    same: ["port.device_id", "port.device_owner", "port.status"],
  });
  await call("port with an address that is taken", "POST", "/v2.0/ports", {
    body: {
      port: {
        network_id: stage.networkId,
        fixed_ips: [{ subnet_id: stage.subnetId, ip_address: stage.proxyIp }],
      },
    },
  });
  await call("port with an address of no subnet", "POST", "/v2.0/ports", {
    body: { port: { network_id: stage.networkId, fixed_ips: [{ ip_address: "10.255.0.9" }] } },
  });
  await call("port in a network that is not there", "POST", "/v2.0/ports", {
    body: { port: { network_id: noId } },
  });
  await call("virtual IP, deleted", "DELETE", `/v2.0/ports/${idAt(made, "port.id")}`);
  await call("virtual IP, deleted again", "DELETE", `/v2.0/ports/${idAt(made, "port.id")}`);
}

async function groupCalls(call: Calls, stage: Stage): Promise<void> {
  const made = await call("group", "POST", "/v2.0/security-groups", {
    body: { security_group: { name: "calls-group", description: "made by the calls" } },
    same: ["security_group.name", "security_group.description", "security_group.security_group_rules.length"],
  });
  const groupId = idAt(made, "security_group.id");
  const rule = {
    security_group_id: groupId,
    direction: "ingress",
    ethertype: "IPv4",
    remote_ip_prefix: "192.168.125.0/24",
  };
  const add = (name: string, change: object): Promise<unknown> =>
    call(name, "POST", "/v2.0/security-group-rules", {
      body: { security_group_rule: { ...rule, ...change } },
      same: ["protocol", "port_range_min", "remote_ip_prefix"].map((key) => `security_group_rule.${key}`),
    });
  const added = await add("rule", {});
  await add("rule, again", {});
  await add("rule for TCP", { protocol: "tcp", port_range_min: 22, port_range_max: 22, description: "ssh" });
  await add("rule for ping", { protocol: "icmp" });
  await add("rule with a protocol that is none", { protocol: "no-such" });
  await add("rule with ports and no protocol", { port_range_min: 1, port_range_max: 2 });
  await add("rule with ports the wrong way round", { protocol: "tcp", port_range_min: 9, port_range_max: 2 });
  await add("rule with an address that is none", { remote_ip_prefix: "1.2.3.4/99" });
  await add("rule from a group that is not there", { remote_ip_prefix: null, remote_group_id: noId });
  await add("rule in a group that is not there", { security_group_id: noId });
  await call("group with its rules", "GET", `/v2.0/security-groups/${groupId}`);
  await call("groups by name", "GET", "/v2.0/security-groups?name=calls-group");
  await call("rules of a group", "GET", `/v2.0/security-group-rules?security_group_id=${groupId}`);
  const ruleId = idAt(added, "security_group_rule.id");
  await call("rule, deleted", "DELETE", `/v2.0/security-group-rules/${ruleId}`);
  await call("rule, deleted again", "DELETE", `/v2.0/security-group-rules/${ruleId}`);
  const groups = Array.isArray(stage.proxyGroupIds) ? stage.proxyGroupIds : [];
  const port = `/v2.0/ports/${stage.clientPortId}`;
  const before = await call("port before the group", "GET", port);
  await call("port into the group", "PUT", port, {
    body: { port: { security_groups: [...groups, groupId] } },
  });
  await call("group in use, deleted", "DELETE", `/v2.0/security-groups/${groupId}`);
  await call("port out of the group", "PUT", port, {
    body: { port: { security_groups: at(before, "port.security_groups") } },
  });
  await call("group, deleted", "DELETE", `/v2.0/security-groups/${groupId}`);
  await call("group, deleted again", "DELETE", `/v2.0/security-groups/${groupId}`);
  const byDefault = await call("default group", "GET", "/v2.0/security-groups?name=default");
  await call(
    "default group, deleted",
    "DELETE",
    `/v2.0/security-groups/${idAt(byDefault, "security_groups.0.id")}`,
  );
}

async function floatingIpCalls(call: Calls, stage: Stage): Promise<void> {
  const bound = ["floatingip.port_id", "floatingip.fixed_ip_address"];
  const made = await call("floating IP", "POST", "/v2.0/floatingips", {
    body: { floatingip: { floating_network_id: stage.externalNetworkId, description: "made by the calls" } },
    same: [...bound, "floatingip.status", "floatingip.description"],
  });
  const path = `/v2.0/floatingips/${idAt(made, "floatingip.id")}`;
  const bind = (name: string, floatingip: object): Promise<unknown> =>
    call(name, "PUT", path, { body: { floatingip }, same: ["floatingip.fixed_ip_address"] });
  await bind("floating IP, bound", { port_id: stage.clientPortId });
  await call("floating IP, If-Match with another revision", "PUT", path, {
    body: { floatingip: { port_id: null } },
    headers: { "if-match": "revision_number=1000" },
  });
  await bind("floating IP, its description", { description: "changed" });
  await call("floating IPs of a port", "GET", `/v2.0/floatingips?port_id=${stage.clientPortId}`);
  await bind("floating IP, bound to a port that has one", { port_id: stage.proxyPortId });
  await bind("floating IP, bound to a port that is not there", { port_id: noId });
  await bind("floating IP, unbound", { port_id: null });
  await call("floating IP", "GET", path, { same: bound });
  const port = await call("port for a floating IP", "POST", "/v2.0/ports", {
    body: { port: { network_id: stage.networkId, fixed_ips: [{ subnet_id: stage.subnetId }] } },
  });
  await call("floating IP, bound to that port", "PUT", path, {
    body: { floatingip: { port_id: idAt(port, "port.id") } },
  });
  await call("port with a floating IP, deleted", "DELETE", `/v2.0/ports/${idAt(port, "port.id")}`);
  await call("floating IP after its port", "GET", path, { same: bound });
  await call("floating IPs", "GET", "/v2.0/floatingips");
  await call("floating IP, deleted", "DELETE", path);
  await call("floating IP, deleted again", "DELETE", path);
  await call("floating IP of a network that is not external", "POST", "/v2.0/floatingips", {
    body: { floatingip: { floating_network_id: stage.networkId } },
  });
}

async function routeCalls(call: Calls, stage: Stage): Promise<void> {
  const router = `/v2.0/routers/${stage.routerId}`;
  // Not the default: the gateway's own route would be gone from the real router after it (neutron-zed, fact 6).
  const route = { destination: "198.18.0.0/15", nexthop: stage.proxyIp };
  const send = (name: string, verb: string, routes: readonly unknown[]): Promise<unknown> =>
    call(name, "PUT", `${router}${verb}`, { body: { router: { routes } }, same: ["router.routes"] });
  await send("no routes", "", []);
  await call("route added", "PUT", `${router}/add_extraroutes`, { body: { router: { routes: [route] } } });
  await call("route added again", "PUT", `${router}/add_extraroutes`, {
    body: { router: { routes: [route] } },
    same: ["router.routes.length"],
  });
  await call("route of another next hop beside it", "PUT", `${router}/add_extraroutes`, {
    body: { router: { routes: [{ ...route, nexthop: stage.proxyIp.replace(/\d+$/, "77") }] } },
    same: ["router.routes.length"],
  });
  await call("router with routes", "GET", router, { same: ["router.routes.length"] });
  await send("route that is not there, removed", "/remove_extraroutes", [
    { destination: "198.18.0.0/16", nexthop: stage.proxyIp },
  ]);
  await send("routes, replaced by none", "", []);
  await send("route with host bits", "/add_extraroutes", [{ ...route, destination: "198.18.0.1/15" }]);
  await send("route to no range", "/add_extraroutes", [{ ...route, destination: "nowhere" }]);
  await send("route by a next hop outside", "/add_extraroutes", [{ ...route, nexthop: "10.255.0.9" }]);
  await send("route by the router itself", "/add_extraroutes", [{ ...route, nexthop: stage.gatewayIp }]);
  await send("routes, replaced by one by the router itself", "", [{ ...route, nexthop: stage.gatewayIp }]);
  await send("route without a next hop", "/add_extraroutes", [{ destination: "198.18.0.0/15" }]);
  await send("route removed", "/remove_extraroutes", [route]);
  await send("no routes, again", "", []);
  await call("router that is not there, route added", "PUT", `/v2.0/routers/${noId}/add_extraroutes`, {
    body: { router: { routes: [route] } },
  });
  await call("router's gateway taken away while floating IPs use it", "PUT", router, {
    body: { router: { external_gateway_info: {} } },
  });
  await call("router without SNAT", "PUT", router, {
    body: { router: { external_gateway_info: { network_id: stage.externalNetworkId, enable_snat: false } } },
  });
}

async function subnetCalls(call: Calls, stage: Stage): Promise<void> {
  const subnet = (name: string, change: object, same: readonly string[] = []): Promise<unknown> =>
    call(name, "PUT", `/v2.0/subnets/${stage.subnetId}`, { body: { subnet: change }, same });
  const hop = { destination: "198.18.0.0/15", nexthop: stage.proxyIp };
  await subnet("host route", { host_routes: [hop] }, ["subnet.host_routes.length"]);
  await subnet("host route, the default", { host_routes: [{ ...hop, destination: "0.0.0.0/0" }] }, [
    "subnet.host_routes.0.destination",
  ]);
  await subnet("host routes to one destination, twice", { host_routes: [hop, hop] });
  await subnet("host route to no range", { host_routes: [{ ...hop, destination: "nowhere" }] });
  await subnet("no host routes", { host_routes: [] }, ["subnet.host_routes"]);
  await subnet("gateway address in use", { gateway_ip: stage.proxyIp });
  await subnet("gateway address outside", { gateway_ip: "10.255.0.9" });
  await subnet("its own gateway address", { gateway_ip: stage.gatewayIp });
  await subnet("DNS servers that are none", { dns_nameservers: ["nowhere"] });
}

/** One by one, with what a tag of Wayout's has: a colon and a space. */
async function tagCalls(call: Calls, stage: Stage): Promise<void> {
  for (const [kind, id] of [
    ["router", stage.routerId],
    ["subnet", stage.subnetId],
  ] as const) {
    const tags = `/v2.0/${kind}s/${id}/tags`;
    const tag = `${tags}/${encodeURIComponent("calls:one 198.18.0.0-15")}`;
    await call(`tag of a ${kind}`, "PUT", tag, { body: {} });
    await call(`tag of a ${kind}, again`, "PUT", tag, { body: {} });
    await call(`tags of a ${kind}`, "GET", tags, { same: ["tags"] });
    await call(`tag of a ${kind}, deleted`, "DELETE", tag);
    await call(`tag of a ${kind}, deleted again`, "DELETE", tag);
    await call(`tags of a ${kind}, none`, "GET", tags, { same: ["tags"] });
    await call(`tag of a ${kind} that is not there`, "PUT", tag.replace(id, noId), { body: {} });
  }
}

async function badCalls(call: Calls, stage: Stage): Promise<void> {
  const port = `/v2.0/ports/${stage.proxyPortId}`;
  await call("body that is no JSON", "PUT", port, { body: "{" });
  await call("body without its object", "PUT", port, { body: { ports: {} } });
  await call("body with an unknown field", "PUT", port, { body: { port: { no_such_field: 1 } } });
  await call("body with a field that cannot be changed", "PUT", port, {
    body: { port: { network_id: noId } },
  });
  await call("body with a wrong type", "PUT", port, { body: { port: { admin_state_up: "perhaps" } } });
  await call("path that is not there", "GET", "/v2.0/no-such-things");
  await call("id that is no id", "GET", "/v2.0/ports/no-such-port");
  await call("router that is not there", "GET", `/v2.0/routers/${noId}`);
  await call("subnet that is not there", "GET", `/v2.0/subnets/${noId}`);
  await call("network that is not there", "GET", `/v2.0/networks/${noId}`);
  await call("floating IP that is not there", "GET", `/v2.0/floatingips/${noId}`);
  await call("group that is not there, shown", "GET", `/v2.0/security-groups/${noId}`);
}
