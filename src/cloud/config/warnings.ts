import { suggestion } from "../../spec/nearest.ts";
import { isSafeUrl } from "../wire.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { vendorProfiles } from "./vendor-profiles.ts";

/** What works and should not be left so. */
export function warningsOf(config: CloudConfig): readonly string[] {
  return [...keyWarnings(config), ...profileWarnings(config), ...tlsWarnings(config)];
}

function keyWarnings({ name, misspelt = [] }: CloudConfig): readonly string[] {
  return misspelt.map(
    ({ key, meant, place }) => `${place}: ${key} of cloud ${name} does nothing: did you mean ${meant}?`,
  );
}

function profileWarnings({ name, profile, unknownProfile }: CloudConfig): readonly string[] {
  if (profile === undefined || !unknownProfile) return [];
  const known = [...vendorProfiles.keys()];
  return [`profile ${profile} of cloud ${name} adds nothing: ${suggestion(profile, known, "profile")}`];
}

function tlsWarnings({ name, authUrl, tls }: CloudConfig): readonly string[] {
  if (tls.verify) return [];
  return [
    isSafeUrl(new URL(authUrl))
      ? `certificates of cloud ${name} are not checked (verify: false): whoever is on the way can read the credentials; name the certificate authority with cacert instead`
      : `credentials of cloud ${name} are sent unencrypted (auth_url is http:// and verify is false)`,
  ];
}
