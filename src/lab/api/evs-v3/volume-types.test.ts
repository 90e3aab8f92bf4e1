import { expect, it } from "vitest";
import { demoApi, listAt } from "../testing/demo-api.ts";

it("disk types are there in the zone that servers are made in, at the place that the catalog names", async () => {
  const demo = await demoApi();
  try {
    const types = listAt(await demo.ask("GET", "/v3/PROJECT/types"), "volume_types");
    const zones = { "RESKEY:availability_zones": "eu-de-01" };
    expect(types).toContainEqual(
      expect.objectContaining({ name: "SSD", extra_specs: expect.objectContaining(zones) }),
    );
    expect(demo.proxy.zone).toBe("eu-de-01");
    const catalog = listAt(await demo.ask("GET", "/v3/auth/catalog"), "catalog");
    const url = `${demo.url}/v3/${demo.state.project.id}`;
    const endpoints = [expect.objectContaining({ url })];
    expect(catalog).toContainEqual(expect.objectContaining({ type: "volumev3", endpoints }));
  } finally {
    await demo.close();
  }
});
