import { afterEach, describe, expect, it } from "vitest";
import { at, type DemoApi, demoApi, listAt, passwordAuth, textAt } from "../testing/demo-api.ts";

let demo: DemoApi;
afterEach(() => demo.close());

const unauthorized = {
  error: { code: 401, title: "Unauthorized", message: "The request you have made requires authentication." },
};

describe("Keystone", () => {
  it("gives a project's token with a catalog whose endpoints are all its own", async () => {
    demo = await demoApi();
    const reply = await demo.ask("POST", "/v3/auth/tokens", passwordAuth(demo.state));
    expect(reply.status).toBe(201);
    expect(reply.headers.get("X-Subject-Token")?.length).toBeGreaterThan(1024);
    expect(reply.body).toMatchObject({
      token: { methods: ["password"], project: { id: demo.state.project.id } },
    });
    const services = listAt(reply, "token.catalog").map((_, nth) => `token.catalog.${nth}`);
    expect(services.map((service) => at(reply, `${service}.type`))).toEqual(
      expect.arrayContaining(["identity", "network", "vpc", "ecs", "compute", "nat"]),
    );
    for (const service of services) expect(textAt(reply, `${service}.endpoints.0.url`)).toContain(demo.url);
  });

  it("names Neutron and Glance without a version, which clients add", async () => {
    demo = await demoApi();
    const reply = await demo.ask("POST", "/v3/auth/tokens", passwordAuth(demo.state));
    expect(listAt(reply, "token.catalog")).toEqual(
      expect.arrayContaining(
        ["network", "image"].map((type) =>
          expect.objectContaining({ type, endpoints: [expect.objectContaining({ url: demo.url })] }),
        ),
      ),
    );
  });

  it("leaves the catalog out on request", async () => {
    demo = await demoApi();
    const { body } = await demo.ask("POST", "/v3/auth/tokens?nocatalog=1", passwordAuth(demo.state));
    expect(body).not.toHaveProperty("token.catalog");
  });

  it("takes user and project by id too", async () => {
    demo = await demoApi();
    const first = await demo.ask("POST", "/v3/auth/tokens", passwordAuth(demo.state));
    const auth = {
      identity: {
        methods: ["password"],
        password: { user: { id: textAt(first, "token.user.id"), password: "secret" } },
      },
      scope: { project: { id: demo.state.project.id } },
    };
    expect((await demo.ask("POST", "/v3/auth/tokens", { auth })).status).toBe(201);
  });

  it("turns a wrong password, user domain or project away without saying which it was", async () => {
    demo = await demoApi();
    const right = passwordAuth(demo.state);
    const { identity, scope } = right.auth;
    const wrong = [
      passwordAuth(demo.state, "guess"),
      { auth: { identity, scope: { project: { name: "eu-de_other", domain: scope.project.domain } } } },
      { auth: { identity, scope: { project: { name: scope.project.name } } } },
      { auth: { ...right.auth, identity: { methods: ["password", "totp"], password: identity.password } } },
    ];
    for (const body of wrong) {
      const reply = await demo.ask("POST", "/v3/auth/tokens", body);
      expect([reply.status, reply.body]).toEqual([401, unauthorized]);
    }
  });

  it("answers a body that it cannot read with 400", async () => {
    demo = await demoApi();
    for (const body of ["{", { auth: {} }]) {
      expect(await demo.ask("POST", "/v3/auth/tokens", body)).toMatchObject({
        status: 400,
        body: { error: { code: 400, title: "Bad Request" } },
      });
    }
  });

  it("makes a token from a token, which does not live longer", async () => {
    let now = 1_000_000_000_000;
    demo = await demoApi({ now: () => now, tokenLifetimeMs: 1000 });
    const unscoped = { auth: { identity: passwordAuth(demo.state).auth.identity } };
    const first = await demo.ask("POST", "/v3/auth/tokens", unscoped);
    const id = first.headers.get("X-Subject-Token") ?? "";
    const rescope = {
      auth: {
        identity: { methods: ["token"], token: { id } },
        scope: { project: { id: demo.state.project.id } },
      },
    };
    now += 600;
    const second = await demo.ask("POST", "/v3/auth/tokens", rescope);
    expect(second.status).toBe(201);
    expect(second.body).toMatchObject({ token: { expires_at: "2001-09-09T01:46:41.000000Z" } });
    now += 400;
    expect((await demo.ask("POST", "/v3/auth/tokens", rescope)).status).toBe(401);
  });

  it("lists the project for its id to be found, and as one that the user may enter", async () => {
    demo = await demoApi();
    const { project } = demo.state;
    const named = await demo.ask("GET", `/v3/projects?name=${project.name}`);
    expect(named.body).toMatchObject({ projects: [{ id: project.id, enabled: true }] });
    expect((await demo.ask("GET", "/v3/projects?name=other")).body).toMatchObject({ projects: [] });
    expect((await demo.ask("GET", "/v3/auth/projects")).body).toMatchObject({
      projects: [{ name: project.name }],
    });
    expect((await demo.ask("GET", "/v3/auth/catalog")).body).toHaveProperty("catalog");
  });

  it("tells its version without a token", async () => {
    demo = await demoApi();
    demo.faults.add({ kind: "expire-tokens", calls: 1 });
    expect((await demo.ask("GET", "/v3/")).body).toMatchObject({ version: { id: "v3.14" } });
    expect((await demo.ask("GET", "/")).status).toBe(300);
  });
});

describe("a token that has expired", () => {
  it("is a 401 of every service, in its own words, until there is a new one", async () => {
    let now = Date.now();
    demo = await demoApi({ now: () => now, tokenLifetimeMs: 60_000 });
    expect((await demo.ask("GET", "/v1/PROJECT/vpcs")).status).toBe(200);
    now += 60_000;
    const bodies = {
      "/v3/auth/projects": unauthorized,
      "/v2.0/ports": unauthorized,
      "/v2.1/servers": unauthorized,
      "/v1/PROJECT/vpcs": { code: "VPC.0008", message: "Invalid token in the header." },
      "/v1/PROJECT/cloudservers/detail": {
        error_code: "APIGW.0301",
        error_msg: "The request you have made requires authentication.",
      },
    };
    for (const [path, body] of Object.entries(bodies)) {
      const reply = await demo.ask("GET", path);
      expect([path, reply.status, reply.body]).toEqual([path, 401, body]);
    }
    await demo.login();
    expect((await demo.ask("GET", "/v1/PROJECT/vpcs")).status).toBe(200);
  });

  it("opens only its own project", async () => {
    demo = await demoApi();
    expect(await demo.ask("GET", "/v1/0123456789abcdef0123456789abcdef/vpcs")).toMatchObject({
      status: 400,
      body: { code: "VPC.0007" },
    });
  });
});
