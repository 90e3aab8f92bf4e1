/** Tries a cloud's settings: the login, and one small read of each service that its driver calls. */
import { anything } from "./answer-fields.ts";
import { type ApiRequest, openApi } from "./api.ts";
import type { Account, NeededService, ServiceName } from "./auth/session.ts";
import type { CloudConfig } from "./config/cloud-config.ts";
import { CloudProblem } from "./errors.ts";
import { type CloudOptions, httpFor } from "./http-for.ts";
import type { ChosenDriver } from "./open-cloud.ts";

interface ServiceCheck {
  readonly service: ServiceName;
  /** Absent where neither the catalog nor the settings say where it is. */
  readonly url?: string;
  readonly durationMs: number;
  /** Absent where it answered. */
  readonly problem?: CloudProblem;
}

interface LoginCheck extends Account {
  readonly services: readonly ServiceCheck[];
}

/** Lists that every project may read, one item of each. */
const smallReads: Readonly<Record<NeededService, Pick<ApiRequest, "path" | "query">>> = {
  vpc: { path: "/v1/{project}/vpcs", query: { limit: 1 } },
  eip: { path: "/v1/{project}/publicips", query: { limit: 1 } },
  network: { path: "/v2.0/security-groups", query: { limit: 1 } },
  ecs: { path: "/v1/{project}/cloudservers/detail", query: { limit: 1 } },
  compute: { path: "/v2.1/servers", query: { limit: 1 } },
};

/** @throws CloudProblem where the login itself fails. */
export async function checkLogin(
  config: CloudConfig,
  driver: ChosenDriver,
  options: CloudOptions = {},
): Promise<LoginCheck> {
  const http = httpFor(config, options);
  try {
    const session = driver.session(http, config);
    const account = await session.account();
    const api = openApi(http, session);
    const services = await Promise.all(
      driver.services.map(async (service): Promise<ServiceCheck> => {
        const startMs = http.clock.now();
        let found: { readonly url?: string; readonly problem?: CloudProblem } = {};
        try {
          found = { url: await session.endpoint(service) };
          await api.get({ service, ...smallReads[service] }, anything);
        } catch (error) {
          if (!(error instanceof CloudProblem)) throw error;
          found = { ...found, problem: error };
        }
        return { service, ...found, durationMs: http.clock.now() - startMs };
      }),
    );
    return { ...account, services };
  } finally {
    http.close();
  }
}
