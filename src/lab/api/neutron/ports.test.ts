import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabState } from "../../state.ts";
import {
  addPublicIp,
  addSecurityGroup,
  bindPublicIp,
  removeServer,
  updateRouteTable,
} from "../operations/index.ts";
import { at, type DemoApi, demoApi, idsAt, textAt } from "../testing/demo-api.ts";
import { addVirtualIp } from "../testing/virtual-ip.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const update = (port: object, id = demo.proxyPort.id) => demo.ask("PUT", `/v2.0/ports/${id}`, { port });
const read = async (field: string, id = demo.proxyPort.id) =>
  at(await demo.ask("GET", `/v2.0/ports/${id}`), `port.${field}`);
const neutronError = (status: number, type: string) => ({
  status,
  body: { NeutronError: { type, detail: "" } },
});
const own = (ip: string) => ({ ip_address: ip, mac_address: demo.proxyPort.mac });

describe("the source/destination check", () => {
  it("is switched off by 1.1.1.1/0, and 0.0.0.0/0 is refused", async () => {
    const refused = await update({ allowed_address_pairs: [{ ip_address: "0.0.0.0/0" }] });
    expect(refused).toMatchObject(neutronError(400, "HTTPBadRequest"));
    expect(await read("allowed_address_pairs")).toEqual([]);
    expect((await update({ allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] })).status).toBe(200);
    expect(await read("allowed_address_pairs")).toEqual([own("1.1.1.1/0")]);
  });

  it("is a list that a request replaces as a whole", async () => {
    await update({ allowed_address_pairs: [{ ip_address: "10.0.0.0/8" }, { ip_address: "192.168.125.20" }] });
    await update({ allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] });
    expect(await read("allowed_address_pairs")).toEqual([own("1.1.1.1/0")]);
    await update({ name: "renamed" });
    expect(await read("allowed_address_pairs")).toEqual([own("1.1.1.1/0")]);
    await update({ allowed_address_pairs: [] });
    expect(await read("allowed_address_pairs")).toEqual([]);
  });

  it("takes back what it has shown, MAC included, as if it had never been away", async () => {
    await update({ allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] });
    await update({ allowed_address_pairs: await read("allowed_address_pairs") });
    expect(demo.state.ports.get(demo.proxyPort.id)?.addressPairs).toEqual([{ ip_address: "1.1.1.1/0" }]);
  });

  it("refuses duplicates, more than ten pairs, nonsense and unknown keys", async () => {
    const twice = [{ ip_address: "1.1.1.1/0" }, { ip_address: "1.1.1.1/0" }];
    const many = Array.from({ length: 11 }, (_, nth) => ({ ip_address: `10.0.0.${nth}` }));
    expect(await update({ allowed_address_pairs: twice })).toMatchObject(
      neutronError(400, "DuplicateAddressPairInRequest"),
    );
    expect(await update({ allowed_address_pairs: many })).toMatchObject(
      neutronError(400, "AllowedAddressPairExhausted"),
    );
    for (const pair of [{ ip_address: "1.1.1.1/33" }, { ip: "1.1.1.1/0" }, {}]) {
      expect(await update({ allowed_address_pairs: [pair] })).toMatchObject(
        neutronError(400, "HTTPBadRequest"),
      );
    }
    expect(await read("allowed_address_pairs")).toEqual([]);
  });

  it("of a virtual IP takes addresses of servers' NICs in its subnet only, and keeps those it had", async () => {
    const vip = addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    const bind = (...ips: string[]) =>
      demo.ask("PUT", `/v2.0/ports/${vip.id}`, {
        port: { allowed_address_pairs: ips.map((ip) => ({ ip_address: ip })) },
      });
    for (const ip of ["192.168.125.99", vip.ip, "1.1.1.1/0", "192.168.125.0/24"]) {
      expect(await bind(demo.proxyPort.ip, ip)).toMatchObject(neutronError(400, "HTTPBadRequest"));
    }
    expect((await bind(demo.proxyPort.ip, demo.clientPort.ip)).status).toBe(200);
    removeServer(demo.state, demo.client.id);
    expect((await bind(demo.clientPort.ip)).status).toBe(200);
    expect((await bind()).status).toBe(200);
    expect(await bind(demo.clientPort.ip)).toMatchObject(neutronError(400, "HTTPBadRequest"));
  });

  it("cannot be given up whole while groups or pairs are there", async () => {
    expect(await update({ port_security_enabled: false })).toMatchObject(
      neutronError(409, "PortSecurityPortHasSecurityGroup"),
    );
    const off = { port_security_enabled: false, security_groups: [], allowed_address_pairs: [] };
    expect((await update(off)).status).toBe(200);
    expect(await update({ allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] })).toMatchObject(
      neutronError(409, "AddressPairAndPortSecurityRequired"),
    );
  });
});

describe("a port's security groups", () => {
  it("are replaced as a whole list, by groups that exist", async () => {
    const group = addSecurityGroup(demo.state, { name: "proxy" });
    await update({ security_groups: [group.id] });
    expect(await read("security_groups")).toEqual([group.id]);
    const unknown = await update({ security_groups: [group.id, "nope"] });
    expect(unknown).toMatchObject(neutronError(404, "SecurityGroupNotFound"));
    expect(await read("security_groups")).toEqual([group.id]);
    expect(await demo.ask("DELETE", `/v2.0/security-groups/${group.id}`)).toMatchObject(
      neutronError(409, "SecurityGroupInUse"),
    );
  });
});

describe("virtual IPs", () => {
  const create = (port: object) =>
    demo.ask("POST", "/v2.0/ports", { port: { network_id: demo.subnet.id, ...port } });

  it("are ports without a server, at the address that was asked for", async () => {
    const fixed = [{ subnet_id: demo.subnet.neutronSubnetId, ip_address: "192.168.125.200" }];
    const made = await create({ name: "vip", device_owner: "neutron:VIP_PORT", fixed_ips: fixed });
    expect(made).toMatchObject({
      status: 201,
      body: { port: { fixed_ips: fixed, device_id: "", device_owner: "neutron:VIP_PORT", status: "DOWN" } },
    });
    expect(await create({ fixed_ips: fixed })).toMatchObject(neutronError(409, "IpAddressAlreadyAllocated"));
    expect((await demo.ask("DELETE", `/v2.0/ports/${textAt(made, "port.id")}`)).status).toBe(204);
    expect((await create({ fixed_ips: fixed })).status).toBe(201);
  });

  it("take no other owner and no address from elsewhere", async () => {
    expect(await create({ device_owner: "compute:eu-de-01" })).toMatchObject({ status: 400 });
    const outside = await create({ fixed_ips: [{ ip_address: "10.0.0.1" }] });
    expect(outside).toMatchObject(neutronError(400, "InvalidIpForSubnet"));
    expect(await create({ fixed_ips: [{ subnet_id: demo.subnet.id }] })).toMatchObject({ status: 400 });
    expect(await create({ network_id: "nope" })).toMatchObject(neutronError(404, "NetworkNotFound"));
  });

  it("stay while a route or an EIP needs them, as ports of servers and routers always do", async () => {
    const vip = addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    const remove = (id: string) => demo.ask("DELETE", `/v2.0/ports/${id}`);
    const route = { type: "vip", destination: "0.0.0.0/0", nexthop: vip.ip, description: "" } as const;
    updateRouteTable(demo.state, demo.table.id, { add: [route] });
    expect((await remove(vip.id)).status).toBe(409);
    updateRouteTable(demo.state, demo.table.id, { del: ["0.0.0.0/0"] });
    bindPublicIp(demo.state, addPublicIp(demo.state).id, vip.id);
    expect((await remove(vip.id)).status).toBe(409);
    expect(await remove(demo.proxyPort.id)).toMatchObject(neutronError(409, "PortInUse"));
    const gateway = demo.state.ports.withAddress(demo.subnet.id, "192.168.125.1") ?? "";
    expect((await remove(gateway)).status).toBe(409);
  });
});

it("on plain OpenStack, one with an EIP and a route goes, and the EIP is free", async () => {
  const plain = await demoApi({ state: new LabState("openstack") });
  const vip = addVirtualIp(plain.state, { subnetId: plain.subnet.id });
  const eip = addPublicIp(plain.state);
  bindPublicIp(plain.state, eip.id, vip.id);
  expect((await plain.ask("DELETE", `/v2.0/ports/${vip.id}`)).status).toBe(204);
  expect(plain.state.publicIps.get(eip.id)?.portId).toBe("");
  await plain.close();
});

describe("listing ports", () => {
  const find = async (query: string) => idsAt(await demo.ask("GET", `/v2.0/ports?${query}`), "ports");

  it("filters by any field, all of the given ones", async () => {
    const { id } = demo.proxyPort;
    expect(await find(`device_id=${demo.proxy.id}`)).toEqual([id]);
    expect(await find(`network_id=${demo.subnet.id}&mac_address=${demo.proxyPort.mac}`)).toEqual([id]);
    expect(await find("fixed_ips=ip_address=192.168.125.4")).toEqual([id]);
    expect(await find("fixed_ips=ip_address=192.168.125.4&fixed_ips=subnet_id=nope")).toEqual([]);
    expect(await find(`id=${id}&id=${demo.clientPort.id}`)).toHaveLength(2);
    expect(await find("device_owner=network:router_interface_distributed")).toHaveLength(1);
    expect(await find(`device_id=${demo.vpc.id}`)).toHaveLength(1);
    expect(await find("port_security_enabled=False")).toEqual([]);
    expect(await find(`device_id=${demo.proxy.id}&status=DOWN`)).toEqual([]);
  });

  it("says so where it does not know the field", async () => {
    expect(await demo.ask("GET", "/v2.0/ports?colour=red")).toMatchObject(
      neutronError(400, "HTTPBadRequest"),
    );
  });

  it("links to the next page as long as pages are full, and back", async () => {
    addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    const seen: string[] = [];
    let path = "/v2.0/ports?limit=2";
    let pages = 0;
    for (; path !== "" && pages < 9; pages++) {
      const reply = await demo.ask("GET", path);
      seen.push(...idsAt(reply, "ports"));
      path = at(reply, "ports_links.0.rel") === "next" ? textAt(reply, "ports_links.0.href") : "";
    }
    expect(pages).toBe(3);
    expect(seen).toEqual([...demo.state.ports.keys()].sort());
    const second = await demo.ask("GET", `/v2.0/ports?limit=2&marker=${seen[1]}`);
    const back = await demo.ask("GET", textAt(second, "ports_links.1.href"));
    expect(idsAt(back, "ports")).toEqual(seen.slice(0, 2));
  });

  it("turns an unknown marker away", async () => {
    expect(await demo.ask("GET", "/v2.0/ports?limit=2&marker=nope")).toMatchObject({ status: 400 });
  });

  it("marks the primary NIC", async () => {
    expect(await read("binding:vif_details")).toMatchObject({ primary_interface: true });
    expect(await read("device_owner")).toBe("compute:eu-de-01");
  });

  it("answers 404 PortNotFound for what is not there", async () => {
    expect(await demo.ask("GET", "/v2.0/ports/nope")).toMatchObject({
      status: 404,
      body: { NeutronError: { type: "PortNotFound", message: "Port nope could not be found.", detail: "" } },
    });
  });
});
