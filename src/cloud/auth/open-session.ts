import type { CloudConfig } from "../config/cloud-config.ts";
import type { Http } from "../http.ts";
import { accessKeySession } from "./access-key.ts";
import { keystoneSession } from "./keystone.ts";
import type { Session } from "./session.ts";
import type { SigningScheme } from "./signing.ts";

/** Nothing is sent yet: the first call logs in. `scheme` is how this cloud wants access keys used. */
export function openSession(http: Http, config: CloudConfig, scheme: SigningScheme): Session {
  const { credentials } = config;
  return credentials.kind === "access-key"
    ? accessKeySession(http, config, credentials, scheme)
    : keystoneSession(http, config, credentials);
}
