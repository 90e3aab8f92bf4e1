/** Managed NAT gateways, only read: `/v2.0/nat_gateways` on OTC, `/v2/{project}/nat_gateways` on Huawei Cloud. */
import { z } from "zod";
import { cloudId } from "../../spec/forms.ts";
import { listOf, optionalId, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import type { NatGateway } from "../cloud.ts";
import { listByMarker } from "../paging.ts";

const pageSchema = z.object({
  nat_gateways: listOf(
    z.object({ id: cloudId, name: optionalText, router_id: optionalId, status: optionalText }),
  ),
});

export async function readNatGateways(
  api: Api,
  path: string,
  vpcId: string | undefined,
): Promise<readonly NatGateway[]> {
  // The API calls the VPC its router.
  const request = { service: "nat", path, query: { router_id: vpcId } } as const;
  const gateways = await listByMarker(api, request, pageSchema, (page) => page.nat_gateways);
  return gateways.map(({ id, name, router_id, status }) => ({ id, name, vpcId: router_id, status }));
}
