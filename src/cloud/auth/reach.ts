import type { CloudConfig } from "../config/cloud-config.ts";
import type { ServiceName } from "./session.ts";
import type { SigningScheme } from "./signing.ts";

/** How a kind of cloud is reached: what its driver knows, and no catalog says. */
export interface Reach {
  /** How it wants access keys used. */
  readonly signing: SigningScheme;
  /** Services without a host of their own, each with the one whose host serves it. */
  readonly sameHost?: Readonly<Partial<Record<ServiceName, ServiceName>>>;
  /**
   * Where a service is when clouds.yaml and the catalog do not say; with an access key there is no catalog. Undefined: it
   * cannot be told.
   */
  readonly urlOf?: (config: CloudConfig, service: ServiceName) => string | undefined;
}
