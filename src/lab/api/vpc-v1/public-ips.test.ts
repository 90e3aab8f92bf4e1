import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addPublicIp, bindPublicIp } from "../operations/index.ts";
import { type DemoApi, demoApi, idsAt, textAt } from "../testing/demo-api.ts";
import { addVirtualIp } from "../testing/virtual-ip.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const eips = "/v1/PROJECT/publicips";
const update = (publicip: object, id = demo.eip.id) => demo.ask("PUT", `${eips}/${id}`, { publicip });
const wish = { publicip: { type: "5_bgp" }, bandwidth: { name: "bw", size: 10, share_type: "PER" } };

describe("EIPs", () => {
  it("show port and private address only while they are bound", async () => {
    const bound = await demo.ask("GET", `${eips}/${demo.eip.id}`);
    expect(bound.body).toMatchObject({
      publicip: { status: "ACTIVE", port_id: demo.proxyPort.id, private_ip_address: "192.168.125.4" },
    });
    const free = addPublicIp(demo.state);
    const { body } = await demo.ask("GET", `${eips}/${free.id}`);
    expect(body).toMatchObject({ publicip: { status: "DOWN" } });
    expect(body).not.toHaveProperty("publicip.port_id");
    expect(body).not.toHaveProperty("publicip.private_ip_address");
  });

  it("are unbound by an update without port_id, even one that only renames", async () => {
    expect((await update({ alias: "renamed" })).body).toMatchObject({
      publicip: { alias: "renamed", status: "DOWN" },
    });
    expect(demo.state.publicIps.get(demo.eip.id)?.portId).toBe("");
  });

  it("stay bound by an update that repeats the port", async () => {
    const reply = await update({ alias: "renamed", port_id: demo.proxyPort.id });
    expect(reply.body).toMatchObject({ publicip: { alias: "renamed", port_id: demo.proxyPort.id } });
  });

  it("are not moved while they are bound: 409 VPC.0510", async () => {
    const reply = await update({ port_id: demo.clientPort.id });
    expect(reply).toMatchObject({ status: 409, body: { code: "VPC.0510" } });
    expect(demo.state.publicIps.get(demo.eip.id)?.portId).toBe(demo.proxyPort.id);
  });

  it("are one for each port: 409 VPC.0511", async () => {
    const second = addPublicIp(demo.state);
    const reply = await update({ port_id: demo.proxyPort.id }, second.id);
    expect(reply).toMatchObject({ status: 409, body: { code: "VPC.0511" } });
  });

  it("can be bound to a virtual IP, but to no port that does not exist", async () => {
    const vip = addVirtualIp(demo.state, { subnetId: demo.subnet.id });
    const second = addPublicIp(demo.state);
    expect((await update({ port_id: vip.id }, second.id)).body).toMatchObject({
      publicip: { port_id: vip.id },
    });
    await update({}, second.id);
    expect(await update({ port_id: "nope" }, second.id)).toMatchObject({
      status: 404,
      body: { code: "VPC.0514" },
    });
  });

  it("are released only when unbound: 409 VPC.0517", async () => {
    const bound = await demo.ask("DELETE", `${eips}/${demo.eip.id}`);
    expect(bound).toMatchObject({ status: 409, body: { code: "VPC.0517" } });
    await update({ port_id: "" });
    expect((await demo.ask("DELETE", `${eips}/${demo.eip.id}`)).status).toBe(204);
    expect(await demo.ask("GET", `${eips}/${demo.eip.id}`)).toMatchObject({
      status: 404,
      body: { code: "VPC.0504" },
    });
  });

  it("are pending in the answer that allocates them, and there in the next", async () => {
    const made = await demo.ask("POST", eips, wish);
    expect(made).toMatchObject({
      status: 200,
      body: { publicip: { status: "PENDING_CREATE", bandwidth_size: 10, bandwidth_name: "bw" } },
    });
    const id = textAt(made, "publicip.id");
    expect((await demo.ask("GET", `${eips}/${id}`)).body).toMatchObject({ publicip: { status: "DOWN" } });
  });

  it("have a bandwidth each, found by the id that the EIP tells", async () => {
    const made = await demo.ask("POST", eips, wish);
    const id = textAt(made, "publicip.bandwidth_id");
    const own = { publicip_id: textAt(made, "publicip.id"), publicip_type: "5_bgp" };
    const bandwidth = { id, name: "bw", size: 10, share_type: "PER", publicip_info: [own] };
    expect((await demo.ask("GET", `/v1/PROJECT/bandwidths/${id}`)).body).toMatchObject({ bandwidth });
    expect(idsAt(await demo.ask("GET", "/v1/PROJECT/bandwidths"), "bandwidths")).toContain(id);
    expect((await demo.ask("GET", "/v1/PROJECT/bandwidths/none")).status).toBe(404);
  });

  it("end with the quota: 409 VPC.0521, and with the addresses: 409 VPC.0532", async () => {
    demo.state.quotas = { ...demo.state.quotas, publicIps: 1 };
    expect(await demo.ask("POST", eips, wish)).toMatchObject({ status: 409, body: { code: "VPC.0521" } });
    demo.state.quotas = { ...demo.state.quotas, publicIps: -1 };
    while (demo.state.publicIps.size < 245) addPublicIp(demo.state);
    expect(await demo.ask("POST", eips, wish)).toMatchObject({ status: 409, body: { code: "VPC.0532" } });
  });

  it("say VPC.0501 to what they cannot read", async () => {
    const bodies = [
      {},
      { ...wish, publicip: { type: "9_none" } },
      { ...wish, bandwidth: { ...wish.bandwidth, size: 0 } },
      { ...wish, bandwidth: { ...wish.bandwidth, name: "a b" } },
    ];
    for (const body of bodies) {
      expect(await demo.ask("POST", eips, body)).toMatchObject({ status: 400, body: { code: "VPC.0501" } });
    }
  });

  it("come by page: marker is the last id, there are no links, a short page is the last", async () => {
    for (let nth = 0; nth < 6; nth++) addPublicIp(demo.state);
    const seen: string[] = [];
    for (let page = 0; page < 5; page++) {
      const marker = seen.length > 0 ? `&marker=${seen.at(-1)}` : "";
      const reply = await demo.ask("GET", `${eips}?limit=3${marker}`);
      const ids = idsAt(reply, "publicips");
      expect(reply.body).toEqual({ publicips: expect.anything() });
      seen.push(...ids);
      if (ids.length < 3) break;
    }
    expect(new Set(seen)).toEqual(new Set(demo.state.publicIps.keys()));
    expect(seen.length).toBe(7);
    expect((await demo.ask("GET", `${eips}?limit=2001`)).status).toBe(400);
  });

  it("are free again when their server's port is the one that goes", async () => {
    const second = addPublicIp(demo.state);
    bindPublicIp(demo.state, second.id, demo.clientPort.id);
    await demo.ask("POST", "/v1/PROJECT/cloudservers/delete", { servers: [{ id: demo.client.id }] });
    await expect.poll(() => demo.state.publicIps.get(second.id)?.portId).toBe("");
  });
});
