import { afterEach, describe, expect, it } from "vitest";
import { LabState, noQuotas } from "../state.ts";
import { addServer, addSubnet, addVpc, setServerStatus, updatePort } from "./operations/index.ts";
import { at, type DemoApi, demoApi, listAt, textAt } from "./testing/demo-api.ts";

let demo: DemoApi;
afterEach(() => demo.close());

const rename = (name: string) => demo.ask("PUT", `/v2.0/ports/${demo.proxyPort.id}`, { port: { name } });

describe("a change", () => {
  it("is answered after packets follow it, one change at a time", async () => {
    const order: string[] = [];
    const commit = async () => {
      order.push(`follow ${demo.state.ports.get(demo.proxyPort.id)?.name}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`done ${demo.state.ports.get(demo.proxyPort.id)?.name}`);
    };
    demo = await demoApi({ commit });
    await Promise.all(
      ["a", "b", "c"].map(async (name) => rename(name).then(() => order.push(`answered ${name}`))),
    );
    const followed = order.filter((entry) => !entry.startsWith("answered"));
    for (let nth = 0; nth < followed.length; nth += 2) {
      expect(followed[nth]?.replace("follow", "done")).toBe(followed[nth + 1]);
    }
    for (const name of ["a", "b", "c"]) {
      expect(order.indexOf(`answered ${name}`)).toBeGreaterThan(order.indexOf(`done ${name}`));
    }
  });

  it("is taken back whole when packets cannot follow, and is a 500 of its service", async () => {
    let works = true;
    const commit = async () => {
      if (!works) throw new Error("nft: out of memory");
    };
    demo = await demoApi({ commit });
    works = false;
    const ports = [...demo.state.ports];
    const [neutron, vpc, ecs] = [
      await rename("lost"),
      await demo.ask("POST", "/v1/PROJECT/vpcs", { vpc: { name: "lost", cidr: "10.0.0.0/8" } }),
      await demo.ask("POST", "/v1/PROJECT/cloudservers", { server: {} }),
    ];
    expect(neutron).toMatchObject({ status: 500, body: { NeutronError: { message: /nft: out of memory/ } } });
    expect(vpc).toMatchObject({ status: 500, body: { code: "VPC.0105" } });
    expect(ecs.status).toBe(400);
    expect([...demo.state.ports]).toEqual(ports);
    expect(demo.state.ports.withAddress(demo.subnet.id, "192.168.125.4")).toBe(demo.proxyPort.id);
    expect([demo.state.vpcs.size, demo.state.routeTables.size]).toEqual([1, 1]);
    works = true;
    expect((await rename("kept")).status).toBe(200);
  });

  it("takes back its own part only", async () => {
    const commit = async () => {
      setServerStatus(demo.state, demo.client.id, "REBOOT");
      throw new Error("no");
    };
    demo = await demoApi({ commit });
    expect((await rename("lost")).status).toBe(500);
    expect(demo.state.servers.get(demo.client.id)?.status).toBe("REBOOT");
    expect(demo.state.ports.get(demo.proxyPort.id)?.name).toBe("");
  });

  it("can come from outside, in turn with those of requests", async () => {
    const seen: string[] = [];
    const commit = async () => void seen.push(demo.state.ports.get(demo.proxyPort.id)?.name ?? "");
    demo = await demoApi({ commit });
    const outside = demo.change(() => updatePort(demo.state, demo.proxyPort.id, { name: "outside" }));
    await Promise.all([outside, rename("inside")]);
    expect(seen).toEqual(["outside", "inside"]);
    const broken = demo.change(() => {
      updatePort(demo.state, demo.proxyPort.id, { name: "half" });
      throw new Error("thought better of it");
    });
    await expect(broken).rejects.toThrow("thought better of it");
    expect(demo.state.ports.get(demo.proxyPort.id)?.name).toBe("inside");
  });

  it("is not seen before it is committed", async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const commit = async () => {
      begun.resolve();
      await gate.promise;
      throw new Error("no");
    };
    demo = await demoApi({ commit });
    const change = rename("uncommitted");
    await begun.promise;
    const read = demo.ask("GET", `/v2.0/ports/${demo.proxyPort.id}`);
    gate.resolve();
    expect((await change).status).toBe(500);
    expect(at(await read, "port.name")).toBe("");
  });
});

describe("every request", () => {
  it("is answered with 501 and its path where the lab's cloud has nothing there", async () => {
    demo = await demoApi();
    const paths = [
      ["GET", "/v1/PROJECT/ports"],
      ["GET", "/v1/PROJECT/cloudservers/flavors/none/such"],
      ["POST", "/v2.0/networks"],
      ["GET", "/v2.1/PROJECT/os-keypairs"],
      ["DELETE", "/v3/users/me"],
      ["GET", "/elsewhere"],
    ] as const;
    for (const [method, path] of paths) {
      const reply = await demo.ask(method, path);
      expect(reply.status).toBe(501);
      const full = path.replace("PROJECT", demo.state.project.id);
      expect(JSON.stringify(reply.body)).toContain(`does not have ${method} ${full}`);
    }
  });

  it("has an id in its answer", async () => {
    demo = await demoApi();
    const { headers } = await demo.ask("GET", "/v2.0/ports");
    expect(headers.get("x-openstack-request-id")).toBe(`req-${headers.get("x-request-id")}`);
  });

  it("is noted with status, time and whether it is of the kind that writes", async () => {
    demo = await demoApi({ now: () => 1234 });
    await demo.ask("GET", "/v2.0/ports?limit=1");
    await rename("x");
    expect(
      demo.calls().map(({ method, status, at: time, writes }) => [method, status, time, writes]),
    ).toEqual([
      ["POST", 201, 1234, false],
      ["GET", 200, 1234, false],
      ["PUT", 200, 1234, true],
    ]);
    expect(demo.calls()[1]?.path).toBe("/v2.0/ports?limit=1");
  });

  it("is answered in the service's words when its body is broken or huge", async () => {
    demo = await demoApi();
    const path = `/v2.0/ports/${demo.proxyPort.id}`;
    for (const body of ["{", "", "[]", JSON.stringify({ port: { name: "x".repeat(2 ** 21) } })]) {
      expect(await demo.ask("PUT", path, body)).toMatchObject({ status: 400, body: { NeutronError: {} } });
    }
  });

  it("comes over loopback only", async () => {
    demo = await demoApi();
    expect(new URL(demo.url).hostname).toBe("127.0.0.1");
  });
});

describe("10,000 servers in 1,000 VPCs", () => {
  it("are read page by page in a second", async () => {
    const state = new LabState();
    state.quotas = noQuotas;
    for (let each = 0; each < 1000; each++) {
      const vpc = addVpc(state, { name: `vpc-${each}`, cidr: "10.0.0.0/16" });
      const subnet = addSubnet(state, { vpcId: vpc.id, name: "s", cidr: "10.0.0.0/24" });
      for (let nth = 0; nth < 10; nth++)
        addServer(state, { name: `e-${nth}`, nics: [{ subnetId: subnet.id }] });
    }
    demo = await demoApi({ state });
    const counts = {
      servers: await readNumbered("/v1/PROJECT/cloudservers/detail", "servers"),
      ports: await readLinked("/v2.0/ports?limit=2000", "ports"),
      vpcs: listAt(await demo.ask("GET", "/v1/PROJECT/vpcs"), "vpcs").length,
      subnets: listAt(await demo.ask("GET", "/v1/PROJECT/subnets"), "subnets").length,
      tables: listAt(await demo.ask("GET", "/v1/PROJECT/routetables"), "routetables").length,
    };
    expect(counts).toEqual({ servers: 10_002, ports: 11_003, vpcs: 1001, subnets: 1001, tables: 1001 });
  });
});

async function readNumbered(path: string, key: string): Promise<number> {
  let read = 0;
  for (let page = 1; ; page++) {
    const list = listAt(await demo.ask("GET", `${path}?limit=1000&offset=${page}`), key);
    read += list.length;
    if (list.length < 1000) return read;
  }
}

async function readLinked(path: string, key: string): Promise<number> {
  const reply = await demo.ask("GET", path);
  const more = at(reply, `${key}_links.0.rel`) === "next";
  const read = listAt(reply, key).length;
  return more ? read + (await readLinked(textAt(reply, `${key}_links.0.href`), key)) : read;
}
