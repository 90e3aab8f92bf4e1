/**
 * Keys of an entry that are most likely meant to be others. The openstack client passes over what it does not know, and
 * so does Wayout; but a `verfy: false` that does nothing is worth a word. Pure.
 */
import { nearest } from "../../spec/nearest.ts";
import { isRecord } from "../record.ts";
import { authSchema, entrySchema } from "./entry-schema.ts";

/** A key that is not known, and the known one that it is near to. */
export interface Misspelt {
  /** Below the cloud's entry, as it is written there. */
  readonly path: readonly string[];
  readonly meant: string;
}

/** In the order of the entry. */
export function misspeltKeys(entry: unknown): readonly Misspelt[] {
  if (!isRecord(entry)) return [];
  const auth = isRecord(entry.auth) ? entry.auth : {};
  const given = new Set([...Object.keys(entry), ...Object.keys(auth)].map(current));
  const found = [
    // Settings of the login count beside `auth` too.
    ...misspeltIn(entry, [], [...topKeys, ...authKeys], [...wantedTopKeys, ...ownAuthKeys]),
    ...misspeltIn(auth, ["auth"], authKeys, ownAuthKeys),
  ];
  return found.filter(({ meant }) => !given.has(meant));
}

/** `known` are no mistakes and may be near; only those that are near to a `wanted` one are told. */
function misspeltIn(
  settings: Readonly<Record<string, unknown>>,
  below: readonly string[],
  known: readonly string[],
  wanted: readonly string[],
): readonly Misspelt[] {
  return Object.keys(settings).flatMap((key) => {
    const word = current(key);
    if (known.includes(word) || perService.test(word)) return [];
    const near = nearest(word, known) ?? nearestOverride(word);
    const meant = near !== undefined && (wanted.includes(near) || near.endsWith(override)) ? near : undefined;
    return meant === undefined ? [] : [{ path: [...below, key], meant }];
  });
}

/** `project-name` is another spelling of `project_name`. */
function current(key: string): string {
  return key.replaceAll("-", "_");
}

const override = "endpoint_override";

/** vpc_endpoint_overide: which service it is for is taken as it stands. */
function nearestOverride(word: string): string | undefined {
  const [, service, end] = /^(.+)_([^_]+_[^_]+)$/.exec(word) ?? [];
  return end === undefined || nearest(end, [override]) === undefined ? undefined : `${service}_${override}`;
}

/** What openstacksdk reads for each service (config/cloud_region.py). */
const perService =
  /(^|_)(api_version|default_microversion|endpoint(_override)?|service_name|service_type|interface|region_name|(connect|status_code)_retr(ies|y_delay)|m(in|ax)_version|retriable_status_codes)$/;

const ownAuthKeys = Object.keys(authSchema.shape);

/** Ours, and those of keystoneauth's other ways to log in, which are no mistakes. */
const authKeys: readonly string[] = [
  ...ownAuthKeys,
  ...["access_token", "access_token_endpoint", "access_token_type", "auth_methods", "authorization_code"],
  ...["client_id", "client_secret", "code", "code_challenge_method", "device_authorization_endpoint"],
  ...["discovery_endpoint", "endpoint", "identity_provider", "idp_otp_key", "login_timeout", "mutual_auth"],
  ...["oauth2_client_id", "oauth2_client_secret", "oauth2_endpoint", "protocol", "redirect_host", "url"],
  ...["redirect_port", "redirect_uri", "roles", "scope", "system_scope", "trust_id", "auth_token"],
  ...["target_agency_name", "target_domain_id", "target_domain_name", "target_project_id"],
  "target_project_name",
];

/** Those that change what Wayout does. */
const wantedTopKeys = [
  "auth",
  "auth_type",
  "profile",
  "region_name",
  "interface",
  "verify",
  "insecure",
  "cacert",
];

/** Ours, and the rest of what openstacksdk and the openstack client read there (config/schema.json, config/loader.py). */
const topKeys: readonly string[] = [
  ...Object.keys(entrySchema.shape),
  ...["additional_metric_tags", "api_timeout", "app_name", "app_version", "auth_methods", "auth_plugin"],
  ...["auth_token", "cache", "client_config", "cloud", "concurrency", "database", "debug", "default_domain"],
  ...["default_interface", "disable_vendor_agent", "endpoint_type", "floating_ip_source", "force_ipv4"],
  ...["has_network", "image_api_use_tasks", "image_format", "influxdb", "internal_network", "message"],
  ...["metrics", "name", "nat_destination", "nat_source", "networks", "prefer_ipv6", "private", "rate_limit"],
  ...["regions", "requires_floating_ip", "routes_externally", "secgroup_source", "statsd", "status"],
  ...["system_scope", "timeout", "timing", "trust_id", "vendor_hook"],
];
