/** VPC API v1 `/v1/{project}/subnets`. A subnet's v1 id is its network id, which NICs and route tables use. */
import { z } from "zod";
import { cloudId } from "../../spec/forms.ts";
import {
  listOf,
  network,
  optionalAddress,
  optionalAnyAddress,
  optionalList,
  optionalText,
} from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { Subnet } from "../cloud.ts";
import { listByMarker } from "../paging.ts";

const pageSchema = z.object({
  subnets: listOf(
    z.object({
      id: cloudId,
      name: optionalText,
      vpc_id: cloudId,
      cidr: network,
      gateway_ip: optionalAddress,
      dnsList: optionalList(optionalAnyAddress),
      primary_dns: optionalAnyAddress,
      secondary_dns: optionalAnyAddress,
    }),
  ),
});

export async function readSubnets(api: Api, vpcId: string | undefined): Promise<readonly Subnet[]> {
  const subnets = await listByMarker(
    api,
    { service: "vpc", path: "/v1/{project}/subnets", query: { vpc_id: vpcId } },
    pageSchema,
    (page) => page.subnets,
  );
  return subnets.map((subnet) => ({
    id: subnet.id,
    name: subnet.name,
    vpcId: subnet.vpc_id,
    cidr: subnet.cidr,
    gatewayIp: subnet.gateway_ip,
    dns: [...new Set([...subnet.dnsList, subnet.primary_dns, subnet.secondary_dns])].filter(
      (ip) => ip !== "",
    ),
  }));
}
