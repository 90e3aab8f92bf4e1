import type { LabCloudKind } from "../state.ts";
import { ecsEndpoints } from "./ecs-v1/endpoints.ts";
import type { Endpoint } from "./endpoint.ts";
import { ecsErrors } from "./errors/ecs-v1.ts";
import type { ErrorFamily } from "./errors/family.ts";
import { keystoneErrors } from "./errors/keystone.ts";
import { neutronErrors } from "./errors/neutron.ts";
import { novaErrors } from "./errors/nova.ts";
import { vpcErrors } from "./errors/vpc-v1.ts";
import { volumeTypeEndpoints } from "./evs-v3/volume-types.ts";
import { glanceEndpoints } from "./glance.ts";
import type { Credentials } from "./identity/authenticate.ts";
import { keystoneEndpoints } from "./identity/keystone.ts";
import { versionDocuments } from "./identity/versions.ts";
import { neutronEndpoints } from "./neutron/endpoints.ts";
import { novaEndpoints } from "./nova/endpoints.ts";
import { vpcEndpoints } from "./vpc-v1/endpoints.ts";

/** One service of the cloud: its endpoints, and how it says that something went wrong. */
export interface Service {
  readonly errors: ErrorFamily;
  readonly endpoints: readonly Endpoint[];
}

/** All that the lab's cloud offers. */
export function servicesFor(credentials: Credentials, cloud: LabCloudKind): readonly Service[] {
  return [...(cloud === "openstack" ? [] : vpcAndEcs(cloud)), ...commonServices(credentials, cloud)];
}

function vpcAndEcs(cloud: "otc" | "huawei"): readonly Service[] {
  return [
    { errors: vpcErrors, endpoints: vpcEndpoints(cloud) },
    { errors: ecsErrors, endpoints: ecsEndpoints },
    ...(cloud === "otc" ? [{ errors: novaErrors, endpoints: volumeTypeEndpoints }] : []),
  ];
}

function commonServices(credentials: Credentials, cloud: LabCloudKind): readonly Service[] {
  return [
    { errors: keystoneErrors, endpoints: [...versionDocuments, ...keystoneEndpoints(credentials)] },
    { errors: neutronErrors, endpoints: neutronEndpoints(cloud) },
    { errors: novaErrors, endpoints: [...novaEndpoints, ...glanceEndpoints] },
  ];
}

/** Whose words to use for a path that no service has. */
export function errorsFor(path: string): ErrorFamily {
  if (/^\/v1\/[^/]+\/(cloudservers|jobs)(\/|$)/.test(path)) return ecsErrors;
  if (path.startsWith("/v1/")) return vpcErrors;
  if (path.startsWith("/v2.0")) return neutronErrors;
  if (path.startsWith("/v2")) return novaErrors;
  return keystoneErrors;
}
