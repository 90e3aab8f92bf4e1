import { afterEach, beforeEach, expect, it } from "vitest";
import { type DemoApi, demoApi } from "./testing/demo-api.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

it("tags are empty for every object that can have some", async () => {
  const objects = [
    `/v2.0/PROJECT/vpcs/${demo.vpc.id}`,
    `/v2.0/PROJECT/subnets/${demo.subnet.id}`,
    `/v2.0/PROJECT/publicips/${demo.eip.id}`,
    `/v1/PROJECT/cloudservers/${demo.proxy.id}`,
  ];
  for (const object of objects) {
    expect(await demo.ask("GET", `${object}/tags`), object).toMatchObject({
      status: 200,
      body: { tags: [] },
    });
  }
});

it("tags of what is not there are a 404 in the words of the object's service", async () => {
  const missing = { status: 404, body: { code: "VPC.0003" } };
  expect(await demo.ask("GET", "/v2.0/PROJECT/vpcs/none/tags")).toMatchObject(missing);
  const server = { status: 404, body: { error: { code: "Ecs.0114" } } };
  expect(await demo.ask("GET", "/v1/PROJECT/cloudservers/none/tags")).toMatchObject(server);
});

it("tags of another project are not told", async () => {
  expect((await demo.ask("GET", `/v2.0/another/vpcs/${demo.vpc.id}/tags`)).status).toBe(400);
});
