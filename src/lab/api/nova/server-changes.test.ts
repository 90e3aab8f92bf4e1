import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addSecurityGroup, updatePort } from "../operations/index.ts";
import { type DemoApi, demoApi } from "../testing/demo-api.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const path = () => `/v2.1/servers/${demo.proxy.id}`;
const act = (action: object) => demo.ask("POST", `${path()}/action`, action);
const groups = () => demo.state.ports.get(demo.proxyPort.id)?.securityGroupIds;

describe("a server of Nova", () => {
  it("is renamed, and shown as it is then", async () => {
    const renamed = await demo.ask("PUT", path(), { server: { name: "ecs-new" } });
    expect(renamed).toMatchObject({ status: 200, body: { server: { id: demo.proxy.id, name: "ecs-new" } } });
    expect(demo.state.servers.get(demo.proxy.id)).toEqual({ ...demo.proxy, name: "ecs-new" });
  });

  it("keeps its name where the new one cannot be", async () => {
    const bodies = [{ server: { name: "-rf" } }, { server: {} }, { server: { name: "a", other: 1 } }];
    for (const body of bodies) {
      expect(await demo.ask("PUT", path(), body)).toMatchObject({
        status: 400,
        body: { badRequest: { code: 400 } },
      });
    }
    expect(demo.state.servers.get(demo.proxy.id)?.name).toBe("ecs-proxy");
    expect((await demo.ask("PUT", "/v2.1/servers/none", { server: { name: "a" } })).status).toBe(404);
  });

  it("joins a group by name or id, once, and leaves it", async () => {
    const before = groups() ?? [];
    const group = addSecurityGroup(demo.state, { name: "sg-more" });
    expect((await act({ addSecurityGroup: { name: "sg-more" } })).status).toBe(202);
    expect((await act({ addSecurityGroup: { name: group.id } })).status).toBe(202);
    expect(groups()).toEqual([...before, group.id]);
    expect((await act({ removeSecurityGroup: { name: "sg-more" } })).status).toBe(202);
    expect(groups()).toEqual(before);
    expect(await act({ removeSecurityGroup: { name: "sg-more" } })).toMatchObject({
      status: 404,
      body: { itemNotFound: { message: /not associated with the instance/ } },
    });
  });

  it("joins no group that is not there, that two have the name of, or without port security", async () => {
    expect((await act({ addSecurityGroup: { name: "none" } })).status).toBe(404);
    addSecurityGroup(demo.state, { name: "twin" });
    addSecurityGroup(demo.state, { name: "twin" });
    expect((await act({ addSecurityGroup: { name: "twin" } })).status).toBe(409);
    updatePort(demo.state, demo.proxyPort.id, { securityGroupIds: [], portSecurity: false });
    expect((await act({ addSecurityGroup: { name: "default" } })).status).toBe(400);
    expect(groups()).toEqual([]);
  });

  it("does nothing else: 501 for Nova's other actions", async () => {
    expect(await act({ "os-stop": null })).toMatchObject({ status: 501, body: { notImplemented: {} } });
  });
});
