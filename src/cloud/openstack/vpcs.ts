/** A VPC on plain OpenStack is a router with its subnets, or a network that has no router. */
import type { Vpc } from "../cloud.ts";
import { type NetworkMap, vpcIdOf } from "./network.ts";

export function vpcsIn(map: NetworkMap): readonly Vpc[] {
  const cidrs = Map.groupBy(map.subnets, (subnet) => vpcIdOf(subnet, map));
  const rangesOf = (id: string) => (cidrs.get(id) ?? []).map(({ cidr }) => cidr);
  const routers = map.routers.map((router): Vpc => {
    const outside = router.external_gateway_info;
    return {
      id: router.id,
      name: router.name,
      cidrs: rangesOf(router.id),
      // Absent, it is on: the API's default, and where the extension ext-gw-mode is missing, what routers do.
      sharedSnat: outside ? (outside.enable_snat ?? true) : false,
      router: outside ? "outside" : "inside",
    };
  });
  const alone = map.networks
    .filter(({ id }) => cidrs.has(id))
    .map(({ id, name }): Vpc => ({ id, name, cidrs: rangesOf(id), sharedSnat: false, router: "none" }));
  return [...routers, ...alone];
}
