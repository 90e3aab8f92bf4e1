import { afterEach, describe, expect, it } from "vitest";
import { flavors, images } from "../flavors.ts";
import { addPublicIp, addServer, updateRouteTable } from "../operations/index.ts";
import { at, type DemoApi, demoApi, idsAt, textAt } from "../testing/demo-api.ts";

let demo: DemoApi;
afterEach(() => demo.close());

const servers = "/v1/PROJECT/cloudservers";
const wish = (fields: object = {}) => ({
  server: {
    name: "ecs-new",
    imageRef: images[0].id,
    flavorRef: flavors[0].id,
    vpcid: demo.vpc.id,
    nics: [{ subnet_id: demo.subnet.id }],
    root_volume: { volumetype: "SSD" },
    ...fields,
  },
});
const jobStatus = async (id: string) => at(await demo.ask("GET", `/v1/PROJECT/jobs/${id}`), "status");

describe("servers of ECS v1", () => {
  it("are told with addresses under the VPC's id, the floating one with MAC and port of its NIC", async () => {
    demo = await demoApi();
    const reply = await demo.ask("GET", `${servers}/${demo.proxy.id}`);
    const nic = { "OS-EXT-IPS-MAC:mac_addr": demo.proxyPort.mac, "OS-EXT-IPS:port_id": demo.proxyPort.id };
    expect(at(reply, `server.addresses.${demo.vpc.id}`)).toEqual([
      { version: "4", addr: "192.168.125.4", "OS-EXT-IPS:type": "fixed", ...nic },
      { version: "4", addr: demo.eip.address, "OS-EXT-IPS:type": "floating", ...nic },
    ]);
    expect(at(reply, "server.metadata")).toMatchObject({ vpc_id: demo.vpc.id, os_type: "Linux" });
    expect(at(reply, "server.flavor")).toMatchObject({ vcpus: "1", ram: "1024" });
  });

  it("are not restarted elsewhere by themselves", async () => {
    demo = await demoApi();
    const recovery = { support_auto_recovery: "false" };
    expect((await demo.ask("GET", `${servers}/${demo.proxy.id}/autorecovery`)).body).toEqual(recovery);
    expect((await demo.ask("GET", `${servers}/none/autorecovery`)).status).toBe(404);
  });

  it("come by number of the page: 25 to a page, page 0 is page 1, and `count` counts all", async () => {
    demo = await demoApi();
    for (let nth = 0; nth < 28; nth++) {
      addServer(demo.state, { name: `s-${nth}`, nics: [{ subnetId: demo.subnet.id }] });
    }
    const page = (query: string) => demo.ask("GET", `${servers}/detail?${query}`);
    const [first, zeroth, second, third] = [
      await page(""),
      await page("offset=0"),
      await page("offset=2"),
      await page("offset=3"),
    ];
    expect(at(first, "count")).toBe(30);
    expect(idsAt(zeroth, "servers")).toEqual(idsAt(first, "servers"));
    expect(idsAt(first, "servers")).toHaveLength(25);
    expect([...idsAt(first, "servers"), ...idsAt(second, "servers")]).toEqual([...demo.state.servers.keys()]);
    expect(idsAt(third, "servers")).toEqual([]);
    expect(idsAt(await page("limit=10&offset=3"), "servers")).toHaveLength(10);
    expect(await page("limit=1001")).toMatchObject({ status: 400, body: { error: { code: "Ecs.0005" } } });
  });

  it("are found by a part of name or address, and by status", async () => {
    demo = await demoApi();
    const find = async (query: string) =>
      idsAt(await demo.ask("GET", `${servers}/detail?${query}`), "servers");
    expect(await find("name=app")).toEqual([demo.client.id]);
    expect(await find("ip=125.4")).toEqual([demo.proxy.id]);
    expect(await find("status=SHUTOFF")).toEqual([]);
  });

  it("list their NICs", async () => {
    demo = await demoApi();
    const reply = await demo.ask("GET", `${servers}/${demo.proxy.id}/os-interface`);
    const nic = { port_id: demo.proxyPort.id, net_id: demo.subnet.id, mac_addr: demo.proxyPort.mac };
    const fixed = [{ subnet_id: demo.subnet.neutronSubnetId, ip_address: "192.168.125.4" }];
    expect(reply.body).toMatchObject({ interfaceAttachments: [{ ...nic, fixed_ips: fixed }] });
  });

  it("are a 404 in ECS's words when they are not there", async () => {
    demo = await demoApi();
    expect(await demo.ask("GET", `${servers}/nope`)).toMatchObject({
      status: 404,
      body: { error: { code: "Ecs.0114" } },
    });
  });

  it("count against the project's limits", async () => {
    demo = await demoApi();
    expect((await demo.ask("GET", `${servers}/limits`)).body).toMatchObject({
      absolute: { maxTotalInstances: 1000, totalInstancesUsed: 2, totalFloatingIpsUsed: 1 },
    });
  });
});

describe("creating a server", () => {
  it("is a job: the server is there at once, and ACTIVE when its machine is up", async () => {
    const started = Promise.withResolvers<void>();
    demo = await demoApi({ servers: { create: () => started.promise, remove: async () => undefined } });
    const reply = await demo.ask("POST", servers, wish({ user_data: btoa("#!/bin/sh") }));
    expect(reply.status).toBe(200);
    const [id, job] = [textAt(reply, "serverIds.0"), textAt(reply, "job_id")];
    expect(await jobStatus(job)).toBe("RUNNING");
    expect(at(await demo.ask("GET", `${servers}/${id}`), "server.status")).toBe("BUILD");
    started.resolve();
    await expect.poll(() => jobStatus(job)).toBe("SUCCESS");
    expect(at(await demo.ask("GET", `${servers}/${id}`), "server.status")).toBe("ACTIVE");
    expect(at(await demo.ask("GET", `/v1/PROJECT/jobs/${job}`), "entities.server_id")).toBe(id);
  });

  it("fails as a job when the machine does not start, and the server says ERROR", async () => {
    const create = () => Promise.reject(new Error("no space left"));
    demo = await demoApi({ servers: { create, remove: async () => undefined } });
    const reply = await demo.ask("POST", servers, wish());
    const job = textAt(reply, "job_id");
    await expect.poll(() => jobStatus(job)).toBe("FAIL");
    expect(at(await demo.ask("GET", `/v1/PROJECT/jobs/${job}`), "fail_reason")).toBe("no space left");
    expect(at(await demo.ask("GET", `${servers}/${textAt(reply, "serverIds.0")}`), "server.status")).toBe(
      "ERROR",
    );
  });

  it("binds an EIP that is free, or a new one", async () => {
    demo = await demoApi();
    const free = addPublicIp(demo.state);
    const first = await demo.ask("POST", servers, wish({ publicip: { id: free.id } }));
    const [port] = demo.state.ports.ofServer(textAt(first, "serverIds.0"));
    expect(demo.state.publicIps.get(free.id)?.portId).toBe(port?.id);
    const eip = { iptype: "5_bgp", bandwidth: { size: 5, sharetype: "PER" } };
    await demo.ask("POST", servers, wish({ publicip: { eip } }));
    expect(demo.state.publicIps.size).toBe(3);
  });

  it.each(["../../etc", "..", "x;reboot", "-x", "a b", "", "x".repeat(65)])(
    "takes no name that is no host name: %j",
    async (name) => {
      demo = await demoApi();
      const before = demo.state.servers.size;
      const refused = await demo.ask("POST", servers, wish({ name }));
      expect(refused).toMatchObject({ status: 400, body: { error: { code: "Ecs.0005" } } });
      expect(demo.state.servers.size).toBe(before);
    },
  );

  it.each(["ecs_2.b-C", "x".repeat(64)])("takes the name %s", async (name) => {
    demo = await demoApi();
    expect((await demo.ask("POST", servers, wish({ name }))).status).toBe(200);
  });

  it("leaves nothing behind when it is refused or only tried", async () => {
    demo = await demoApi();
    const count = () => [
      demo.state.servers.size,
      demo.state.ports.size,
      demo.state.publicIps.size,
      demo.state.macCount,
    ];
    const before = count();
    const taken = await demo.ask("POST", servers, wish({ publicip: { id: demo.eip.id } }));
    expect(taken).toMatchObject({ status: 400, body: { error: { code: "Ecs.0005" } } });
    const nic = [{ subnet_id: demo.subnet.id, ip_address: "192.168.125.4" }];
    expect(await demo.ask("POST", servers, wish({ nics: nic }))).toMatchObject({
      status: 400,
      body: { error: { code: "Ecs.0010" } },
    });
    expect((await demo.ask("POST", servers, wish({ nics: [{ subnet_id: "nope" }] }))).status).toBe(400);
    expect((await demo.ask("POST", servers, { dry_run: true, ...wish() })).status).toBe(202);
    expect(count()).toEqual(before);
  });
});

describe("deleting a server", () => {
  it("is a job that takes machine, NICs and the routes through it away", async () => {
    const removed: string[] = [];
    const remove = async (id: string) => void removed.push(id);
    demo = await demoApi({ servers: { create: async () => undefined, remove } });
    const route = { type: "ecs", destination: "0.0.0.0/0", nexthop: demo.proxy.id, description: "" } as const;
    updateRouteTable(demo.state, demo.table.id, { add: [route] });
    const reply = await demo.ask("POST", `${servers}/delete`, {
      servers: [{ id: demo.proxy.id }],
      delete_publicip: false,
    });
    await expect.poll(() => jobStatus(textAt(reply, "job_id"))).toBe("SUCCESS");
    expect(removed).toEqual([demo.proxy.id]);
    expect((await demo.ask("GET", `${servers}/${demo.proxy.id}`)).status).toBe(404);
    expect((await demo.ask("GET", `/v2.0/ports/${demo.proxyPort.id}`)).status).toBe(404);
    expect(demo.state.routeTables.get(demo.table.id)?.routes).toEqual([]);
    expect(demo.state.publicIps.get(demo.eip.id)).toMatchObject({ portId: "" });
  });

  it("releases the EIP where that is asked for", async () => {
    demo = await demoApi();
    await demo.ask("POST", `${servers}/delete`, { servers: [{ id: demo.proxy.id }], delete_publicip: true });
    await expect.poll(() => demo.state.publicIps.size).toBe(0);
  });
});
