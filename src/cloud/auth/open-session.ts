import type { CloudConfig } from "../config/cloud-config.ts";
import type { Http } from "../http.ts";
import { accessKeySession } from "./access-key.ts";
import { keystoneSession } from "./keystone.ts";
import type { Reach } from "./reach.ts";
import type { Session } from "./session.ts";

/** Nothing is sent yet: the first call logs in. */
export function openSession(http: Http, config: CloudConfig, reach: Reach): Session {
  const { credentials } = config;
  const session =
    credentials.kind === "access-key"
      ? accessKeySession(http, config, credentials, reach)
      : keystoneSession(http, config, credentials, reach);
  return {
    ...session,
    endpoint: (service) => session.endpoint(reach.sameHost?.[service] ?? service),
  };
}
