/** Huawei Cloud's hosts (its SDKs, `VpcRegion` and its like; "Regions and Endpoints"): SERVICE.REGION.myhuaweicloud.com. */
import { endpointBesideIam, hostWords } from "../auth/catalog.ts";
import type { ServiceName } from "../auth/session.ts";
import type { CloudConfig } from "../config/cloud-config.ts";

/** The identity service has one host for all regions too, so the region is what the configuration says. */
const identityHost = /^iam\.(?:[a-z0-9-]+\.)?(myhuaweicloud\.(?:com|eu))$/;

export function huaweiEndpoint(config: CloudConfig, service: ServiceName): string | undefined {
  const domain = identityHost.exec(new URL(config.authUrl).hostname)?.[1];
  return domain === undefined || config.region === undefined
    ? endpointBesideIam(config, service)
    : `https://${hostWords[service]}.${config.region}.${domain}`;
}
