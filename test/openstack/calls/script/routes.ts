import { noId } from "../field.ts";
import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Routes and gateway of a router. */
export async function routeCalls(call: Call, stage: Stage): Promise<void> {
  const router = `/v2.0/routers/${stage.routerId}`;
  // Not the default: the gateway's own route would be gone from the real router after it (neutron-zed, fact 6).
  const route = { destination: "198.18.0.0/15", nexthop: stage.proxyIp };
  const send = (name: string, verb: string, routes: readonly unknown[]): Promise<unknown> =>
    call(name, "PUT", `${router}${verb}`, { body: { router: { routes } }, same: ["router.routes"] });
  await send("no routes", "", []);
  await call("route added", "PUT", `${router}/add_extraroutes`, { body: { router: { routes: [route] } } });
  await call("route added again", "PUT", `${router}/add_extraroutes`, {
    body: { router: { routes: [route] } },
    same: ["router.routes.length"],
  });
  await call("route of another next hop beside it", "PUT", `${router}/add_extraroutes`, {
    body: { router: { routes: [{ ...route, nexthop: stage.proxyIp.replace(/\d+$/, "77") }] } },
    same: ["router.routes.length"],
  });
  await call("router with routes", "GET", router, { same: ["router.routes.length"] });
  await send("route that is not there, removed", "/remove_extraroutes", [
    { destination: "198.18.0.0/16", nexthop: stage.proxyIp },
  ]);
  await send("routes, replaced by none", "", []);
  await send("route with host bits", "/add_extraroutes", [{ ...route, destination: "198.18.0.1/15" }]);
  await send("route to no range", "/add_extraroutes", [{ ...route, destination: "nowhere" }]);
  await send("route by a next hop outside", "/add_extraroutes", [{ ...route, nexthop: "10.255.0.9" }]);
  await send("route by the router itself", "/add_extraroutes", [{ ...route, nexthop: stage.gatewayIp }]);
  await send("routes, replaced by one by the router itself", "", [{ ...route, nexthop: stage.gatewayIp }]);
  await send("route without a next hop", "/add_extraroutes", [{ destination: "198.18.0.0/15" }]);
  await send("route removed", "/remove_extraroutes", [route]);
  await send("no routes, again", "", []);
  await call("router that is not there, route added", "PUT", `/v2.0/routers/${noId}/add_extraroutes`, {
    body: { router: { routes: [route] } },
  });
  await call("router's gateway taken away while floating IPs use it", "PUT", router, {
    body: { router: { external_gateway_info: {} } },
  });
  await call("router without SNAT", "PUT", router, {
    body: { router: { external_gateway_info: { network_id: stage.externalNetworkId, enable_snat: false } } },
  });
}
