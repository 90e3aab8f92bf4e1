import { isSafeUrl } from "../wire.ts";
import type { CloudConfig } from "./cloud-config.ts";

/** What works and should not be left so. */
export function warningsOf({ name, authUrl, tls }: CloudConfig): readonly string[] {
  if (tls.verify) return [];
  return [
    isSafeUrl(new URL(authUrl))
      ? `certificates of cloud ${name} are not checked (verify: false): whoever is on the way can read the credentials; name the certificate authority with cacert instead`
      : `credentials of cloud ${name} are sent unencrypted (auth_url is http:// and verify is false)`,
  ];
}
