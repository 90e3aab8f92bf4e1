/** A plain OpenStack that answers as a real Neutron did (Zed). */
import type { Cloud } from "../cloud.ts";
import { openCloud } from "../open-cloud.ts";
import { fastClock } from "./fast-clock.ts";
import { objectIn, recorded } from "./recorded.ts";
import { configFor, projectId, startSignedInCloud } from "./signed-in.ts";
import type { Reply, SeenRequest } from "./small-cloud.ts";

/** By method and path, with PID for the project. */
export type Answers = Readonly<Record<string, Reply | ((request: SeenRequest) => Reply)>>;

export const routerId = "d56a170e-a41e-4a0f-9887-a3abd998b645";
export const subnetId = "158e1e5b-493a-4f26-8103-6549febd1999";
export const natPort = objectIn("port-open");
export const serverPort = objectIn("ports-of-server");
export const routerPort = {
  id: "953ab1a5-4bbc-48ec-91ef-310519629fbc",
  network_id: natPort.network_id,
  device_id: routerId,
  device_owner: "network:router_interface",
  fixed_ips: [{ subnet_id: subnetId, ip_address: "10.99.0.1" }],
};
export const ok = (body: unknown): Reply => ({ status: 200, body });

/** The recorded network: a router with an extra route, its subnet, a NAT server's port and a server's. */
const network: Answers = {
  "GET /v2.0/extensions": recorded("extensions"),
  "GET /v2.0/routers": ok({ routers: [objectIn("router")] }),
  [`GET /v2.0/routers/${routerId}`]: ok({ router: objectIn("router") }),
  "GET /v2.0/networks": ok({ networks: [objectIn("network"), objectIn("external-networks")] }),
  "GET /v2.0/subnets": ok({ subnets: [objectIn("subnet")] }),
  [`GET /v2.0/subnets/${subnetId}`]: ok({ subnet: objectIn("subnet") }),
  [`GET /v2.0/ports/${String(natPort.id)}`]: ok({ port: natPort }),
  "GET /v2.0/ports": ({ url }) => {
    const owner = url.searchParams.get("device_owner");
    const all = [natPort, serverPort, routerPort];
    return ok({ ports: owner === null ? all : all.filter((port) => port.device_owner === owner) });
  },
  "GET /v2.0/floatingips": recorded("floatingips"),
  "GET /v2.1/servers/detail": recorded("servers"),
};

/** The driver on the recorded network, with `answers` ahead of what was recorded. */
export async function withAnswers<T>(
  answers: Answers,
  use: (cloud: Cloud, seen: readonly SeenRequest[]) => Promise<T>,
): Promise<T> {
  await using server = await startSignedInCloud((request) => {
    const path = request.url.pathname.replace(projectId, "PID");
    const answer = { ...network, ...answers }[`${request.method} ${path}`];
    if (typeof answer === "function") return answer(request);
    return (
      answer ?? { status: 404, body: { NeutronError: { type: "HTTPNotFound", message: "no", detail: "" } } }
    );
  });
  const config = configFor(server.origin, { driver: "openstack" });
  return await use(openCloud(config, { clock: fastClock() }), server.seen);
}

/** What was changed, or was to be. */
export const writes = (seen: readonly SeenRequest[]) =>
  seen.filter(({ method, url }) => method !== "GET" && !url.pathname.startsWith("/v3"));
