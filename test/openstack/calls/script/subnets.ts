import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** What can be changed of a subnet. */
export async function subnetCalls(call: Call, stage: Stage): Promise<void> {
  const subnet = (name: string, change: object, same: readonly string[] = []): Promise<unknown> =>
    call(name, "PUT", `/v2.0/subnets/${stage.subnetId}`, { body: { subnet: change }, same });
  const hop = { destination: "198.18.0.0/15", nexthop: stage.proxyIp };
  await subnet("host route", { host_routes: [hop] }, ["subnet.host_routes.length"]);
  await subnet("host route, the default", { host_routes: [{ ...hop, destination: "0.0.0.0/0" }] }, [
    "subnet.host_routes.0.destination",
  ]);
  await subnet("host routes to one destination, twice", { host_routes: [hop, hop] });
  await subnet("host route to no range", { host_routes: [{ ...hop, destination: "nowhere" }] });
  await subnet("no host routes", { host_routes: [] }, ["subnet.host_routes"]);
  await subnet("gateway address in use", { gateway_ip: stage.proxyIp });
  await subnet("gateway address outside", { gateway_ip: "10.255.0.9" });
  await subnet("its own gateway address", { gateway_ip: stage.gatewayIp });
  await subnet("DNS servers that are none", { dns_nameservers: ["nowhere"] });
}
