import { expect, test } from "vitest";
import { configFor } from "../testing/signed-in.ts";
import { bareEndpoint, type Catalog, endpointBesideIam, endpointInCatalog, overrideOf } from "./catalog.ts";

const at = (region: string, url: string, kind = "public") => ({ interface: kind, region, url });
const catalog: Catalog = [
  { type: "identity", endpoints: [at("*", "https://iam.example/v3")] },
  {
    type: "network",
    endpoints: [at("eu-de", "https://vpc.eu-de.example"), at("eu-nl", "https://vpc.eu-nl.example")],
  },
  {
    type: "compute",
    endpoints: [at("eu-de", "https://inner/v2.1", "internal"), at("eu-de", "https://ecs.example/v2.1/p")],
  },
];

test("versions and project ids are stripped from endpoints, other prefixes stay", () => {
  const urls = {
    "https://vpc.eu-de.otc.t-systems.com": "https://vpc.eu-de.otc.t-systems.com",
    "https://vpc.eu-de.otc.t-systems.com/v1/0123": "https://vpc.eu-de.otc.t-systems.com",
    "https://ecs.eu-de.otc.t-systems.com/v2.1/0123": "https://ecs.eu-de.otc.t-systems.com",
    "http://127.0.0.1:9696/network/v2.0/": "http://127.0.0.1:9696/network",
    "http://127.0.0.1:8774/compute/v2.1/%(tenant_id)s": "http://127.0.0.1:8774/compute",
    "https://host:8443/": "https://host:8443",
  };
  for (const [url, bare] of Object.entries(urls)) expect(bareEndpoint(url)).toBe(bare);
});

test("a service is found by its own type, else by the type that other clouds use for it", () => {
  const config = configFor("http://127.0.0.1:1");
  expect(endpointInCatalog(catalog, config, "vpc")).toBe("https://vpc.eu-de.example");
  expect(endpointInCatalog(catalog, config, "ecs")).toBe("https://ecs.example");
  expect(endpointInCatalog(catalog, { ...config, interface: "internal" }, "ecs")).toBe("https://inner");
  expect(endpointInCatalog(catalog, { ...config, region: "eu-nl" }, "network")).toBe(
    "https://vpc.eu-nl.example",
  );
});

test("a region that is not there is answered with those that are", () => {
  const config = configFor("http://127.0.0.1:1");
  expect(() => endpointInCatalog(catalog, { ...config, region: "eu-dd" }, "vpc")).toThrow(
    "did you mean eu-de?",
  );
  const { region: _, ...anywhere } = config;
  expect(() => endpointInCatalog(catalog, anywhere, "vpc")).toThrow("several regions");
  expect(endpointInCatalog(catalog, anywhere, "ecs")).toBe("https://ecs.example");
  expect(() => endpointInCatalog([], config, "vpc")).toThrow("no public endpoint for vpc");
  expect(endpointInCatalog([], config, "nat", "https://nat.example")).toBe("https://nat.example");
});

test("an endpoint of the user's stands above the catalog", () => {
  const config = configFor("http://127.0.0.1:1", { endpoints: { network: "http://127.0.0.1:5/v2.0" } });
  expect(overrideOf(config, "network")).toBe("http://127.0.0.1:5");
  expect(overrideOf(config, "vpc")).toBe("http://127.0.0.1:5");
  expect(overrideOf(config, "ecs")).toBeUndefined();
});

test("with an access key the services are looked for beside the identity service", () => {
  const otc = configFor("http://127.0.0.1:1", { authUrl: "https://iam.eu-de.otc.t-systems.com/v3" });
  expect(endpointBesideIam(otc, "vpc")).toBe("https://vpc.eu-de.otc.t-systems.com");
  expect(endpointBesideIam(otc, "ecs")).toBe("https://ecs.eu-de.otc.t-systems.com");
  expect(endpointBesideIam(configFor("http://127.0.0.1:1"), "vpc")).toBeUndefined();
});
