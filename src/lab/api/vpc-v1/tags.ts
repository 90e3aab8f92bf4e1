import { tagEndpoint } from "../tags.ts";

/** OTC has the tags of VPC objects below v2.0, with the project in the path ("VPC Tag Management"). */
export const vpcTagEndpoints = [
  tagEndpoint("vpc", "/v2.0/:project/vpcs", (state) => state.vpcs),
  tagEndpoint("subnet", "/v2.0/:project/subnets", (state) => state.subnets),
  tagEndpoint("public-ip", "/v2.0/:project/publicips", (state) => state.publicIps),
];
