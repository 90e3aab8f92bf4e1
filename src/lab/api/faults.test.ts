import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiFaults } from "./faults.ts";
import { type DemoApi, demoApi } from "./testing/demo-api.ts";

let demo: DemoApi;
beforeEach(async () => {
  demo = await demoApi();
});
afterEach(() => demo.close());

const ports = () => demo.ask("GET", "/v2.0/ports");

describe("a fault of the API", () => {
  it("answers the next calls with 500 in each service's form, and then no more", async () => {
    demo.faults.add({ kind: "error", calls: 4 });
    expect(await ports()).toMatchObject({ status: 500, body: { NeutronError: {} } });
    expect(await demo.ask("GET", "/v1/PROJECT/publicips")).toMatchObject({
      status: 500,
      body: { code: "VPC.0514" },
    });
    expect(await demo.ask("GET", "/v2.1/servers")).toMatchObject({
      status: 500,
      body: { computeFault: { code: 500 } },
    });
    expect(await demo.ask("GET", "/v3/projects")).toMatchObject({
      status: 500,
      body: { error: { code: 500 } },
    });
    expect((await ports()).status).toBe(200);
  });

  it("throttles with and without Retry-After", async () => {
    demo.faults.add({ kind: "throttle", calls: 1, retryAfterSeconds: 7 });
    demo.faults.add({ kind: "throttle", calls: 1 });
    const [told, untold] = [await ports(), await ports()];
    expect(told).toMatchObject({ status: 429, body: { error_code: "APIGW.0308" } });
    expect([told.headers.get("Retry-After"), untold.headers.get("Retry-After")]).toEqual(["7", null]);
    expect(untold.status).toBe(429);
  });

  it("meets only the method and the paths that it names", async () => {
    demo.faults.add({ kind: "error", method: "PUT", path: "/v2.0/ports" });
    demo.faults.add({ kind: "error", path: /\/routetables\/[^/]+$/ });
    expect((await ports()).status).toBe(200);
    expect((await demo.ask("PUT", `/v2.0/ports/${demo.proxyPort.id}`, { port: {} })).status).toBe(500);
    expect((await demo.ask("GET", "/v1/PROJECT/routetables")).status).toBe(200);
    expect((await demo.ask("GET", `/v1/PROJECT/routetables/${demo.table.id}`)).status).toBe(500);
  });

  it("leaves a call without an answer until somebody hangs up", async () => {
    demo.faults.add({ kind: "hang", calls: 1 });
    const hung = fetch(`${demo.url}/v2.0/ports`, { signal: AbortSignal.timeout(100) });
    await expect(hung).rejects.toThrow("timeout");
    expect((await ports()).status).toBe(200);
    expect(demo.calls().some((call) => call.status === 0)).toBe(true);
  });

  it("drops a connection before the request is done, or after", async () => {
    const rename = (name: string) => demo.ask("PUT", `/v2.0/ports/${demo.proxyPort.id}`, { port: { name } });
    const name = () => demo.state.ports.get(demo.proxyPort.id)?.name;
    demo.faults.add({ kind: "drop", calls: 1 });
    await expect(rename("first")).rejects.toThrow("fetch failed");
    expect(name()).toBe("");
    demo.faults.add({ kind: "lose-answer", calls: 1 });
    await expect(rename("second")).rejects.toThrow("fetch failed");
    expect(name()).toBe("second");
  });

  it("ends all tokens given out so far", async () => {
    demo.faults.add({ kind: "expire-tokens", calls: 1 });
    expect((await ports()).status).toBe(401);
    expect((await ports()).status).toBe(401);
    await demo.login();
    expect((await ports()).status).toBe(200);
  });

  it("meets calls of unknown paths and for tokens as well", async () => {
    demo.faults.add({ kind: "error", calls: 1 });
    expect((await demo.ask("GET", "/elsewhere")).status).toBe(500);
    demo.faults.add({ kind: "throttle", calls: 1 });
    expect((await demo.ask("POST", "/v3/auth/tokens", {})).status).toBe(429);
  });
});

describe("the list of faults", () => {
  it("shows how many calls are left, and is cleared one by one or whole", () => {
    const faults = new ApiFaults();
    const first = faults.add({ kind: "error", calls: 2 });
    faults.add({ kind: "hang" });
    faults.meet("GET", "/v2.0/ports");
    expect(faults.list().map((active) => [active.fault.kind, active.callsLeft])).toEqual([
      ["error", 1],
      ["hang", Number.POSITIVE_INFINITY],
    ]);
    faults.clear(first);
    expect(faults.list().map((active) => active.fault.kind)).toEqual(["hang"]);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });
});
