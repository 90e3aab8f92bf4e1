import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabState } from "../../state.ts";
import { addServer } from "../operations/index.ts";
import { at, type DemoApi, demoApi, idsAt, textAt } from "../testing/demo-api.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

describe("servers of Nova", () => {
  it("are the same with and without the project in the path", async () => {
    const plain = await demo.ask("GET", "/v2.1/servers/detail");
    const scoped = await demo.ask("GET", "/v2.1/PROJECT/servers/detail");
    expect(scoped.body).toEqual(plain.body);
    expect(idsAt(plain, "servers")).toEqual([demo.client.id, demo.proxy.id]);
  });

  it("have addresses with a number as version and without a port", async () => {
    const reply = await demo.ask("GET", `/v2.1/servers/${demo.proxy.id}`);
    const mac = { "OS-EXT-IPS-MAC:mac_addr": demo.proxyPort.mac };
    expect(at(reply, `server.addresses.${demo.vpc.id}`)).toEqual([
      { version: 4, addr: "192.168.125.4", "OS-EXT-IPS:type": "fixed", ...mac },
      { version: 4, addr: demo.eip.address, "OS-EXT-IPS:type": "floating", ...mac },
    ]);
  });

  it("have them by the VPC's id on Huawei Cloud too, as everything there is that its documents do not set apart", async () => {
    const huawei = await demoApi({ state: new LabState("huawei") });
    try {
      const reply = await huawei.ask("GET", `/v2.1/servers/${huawei.proxy.id}`);
      expect(Object.keys(Object(at(reply, "server.addresses")))).toEqual([huawei.vpc.id]);
    } finally {
      await huawei.close();
    }
  });

  it("have their addresses by the networks' names on plain OpenStack, as Nova has", async () => {
    const plain = await demoApi({ state: new LabState("openstack") });
    try {
      const reply = await plain.ask("GET", `/v2.1/servers/${plain.proxy.id}`);
      expect(at(reply, `server.addresses.${plain.subnet.name}.0.addr`)).toBe("192.168.125.4");
      expect(Object.keys(Object(at(reply, "server.addresses")))).toEqual([plain.subnet.name]);
    } finally {
      await plain.close();
    }
  });

  it("list their NICs without ECS's extras", async () => {
    const reply = await demo.ask("GET", `/v2.1/PROJECT/servers/${demo.proxy.id}/os-interface`);
    expect(at(reply, "interfaceAttachments.0.port_id")).toBe(demo.proxyPort.id);
    expect(reply.body).not.toHaveProperty("attachableQuantity");
  });

  it("link to the next page only where there is one", async () => {
    addServer(demo.state, { name: "third", nics: [{ subnetId: demo.subnet.id }] });
    const first = await demo.ask("GET", "/v2.1/servers?limit=2");
    const second = await demo.ask("GET", textAt(first, "servers_links.0.href"));
    expect([...idsAt(first, "servers"), ...idsAt(second, "servers")]).toHaveLength(3);
    expect(second.body).not.toHaveProperty("servers_links");
    expect((await demo.ask("GET", "/v2.1/servers?marker=nope")).body).toMatchObject({
      badRequest: { code: 400 },
    });
  });

  it("are found by name", async () => {
    expect(idsAt(await demo.ask("GET", "/v2.1/servers?name=proxy"), "servers")).toEqual([demo.proxy.id]);
  });

  it("are an itemNotFound when they are not there", async () => {
    expect(await demo.ask("GET", "/v2.1/servers/nope")).toMatchObject({
      status: 404,
      body: { itemNotFound: { code: 404, message: "Instance nope could not be found." } },
    });
  });

  it("have flavors and images that can be looked up", async () => {
    const server = await demo.ask("GET", `/v2.1/servers/${demo.proxy.id}`);
    const [flavor, image] = [textAt(server, "server.flavor.id"), textAt(server, "server.image.id")];
    expect((await demo.ask("GET", `/v2.1/flavors/${flavor}`)).body).toMatchObject({ flavor: { vcpus: 1 } });
    expect((await demo.ask("GET", `/v2/images/${image}`)).body).toMatchObject({ name: "Standard_Debian_12" });
  });
});
