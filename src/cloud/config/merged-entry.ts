/**
 * An entry of clouds.yaml as the openstack client understands it: with its profile's settings under it, its region
 * chosen, and older spellings turned into the current ones (openstacksdk, config/loader.py). Pure.
 */

import { isRecord } from "../record.ts";
import { authSchema } from "./entry-schema.ts";
import { vendorProfiles } from "./vendor-profiles.ts";

type Settings = Readonly<Record<string, unknown>>;

/** @param publicClouds profiles of the user's own, from clouds-public.yaml; they win over the known ones. */
export function mergedEntry(raw: Settings, publicClouds: Settings = {}): Settings {
  const settings = withUnderscores(raw);
  const { cloud, regions: _, ...own } = settings;
  // "cloud" is the older name of "profile".
  const profile = own.profile ?? cloud;
  const known = typeof profile === "string" ? vendorProfiles.get(profile) : undefined;
  const given = typeof profile === "string" ? publicClouds[profile] : undefined;
  const vendor = isRecord(given) ? withUnderscores(given) : undefined;

  const under = over(vendor ?? {}, profile === undefined ? own : { ...own, profile });
  const region =
    firstRegion(settings) ??
    namedRegion(known && regionInProjectName(under)) ??
    firstRegion(vendor ?? {}) ??
    namedRegion(known?.regions[0]);
  const { regions: __, ...whole } = region
    ? over({ ...under, region_name: region.name }, region.values)
    : under;

  const name = typeof whole.region_name === "string" ? whole.region_name : undefined;
  const auth = authOf(whole);
  const auth_url =
    typeof auth.auth_url === "string"
      ? auth.auth_url.replaceAll("{region_name}", name ?? "")
      : name === undefined
        ? undefined
        : known?.authUrl(name);
  return {
    ...withCurrentNames(whole),
    ...(isRecord(whole.auth) || whole.auth === undefined
      ? { auth: { ...auth, ...(auth_url === undefined ? {} : { auth_url }) } }
      : {}),
  };
}

interface Region {
  readonly name: string;
  /** Settings that hold in this region alone. */
  readonly values: Settings;
}

function namedRegion(name: string | undefined): Region | undefined {
  return name === undefined ? undefined : { name, values: {} };
}

/** The first of several is the one that is used where none is asked for. */
function firstRegion({ regions, region_name }: Settings): Region | undefined {
  if (Array.isArray(regions)) {
    const first: unknown = regions[0];
    if (typeof first === "string") return namedRegion(first);
    if (!isRecord(first) || typeof first.name !== "string") return undefined;
    return { name: first.name, values: isRecord(first.values) ? withUnderscores(first.values) : {} };
  }
  return typeof region_name === "string" ? namedRegion(region_name.split(",")[0]) : undefined;
}

/** Projects of OTC and Huawei Cloud are called after their region: eu-de_NAME (gophertelekomcloud, utils.go). */
function regionInProjectName(entry: Settings): string | undefined {
  const { project_name, tenant_name } = authOf(entry);
  const begin = String(project_name ?? tenant_name ?? "").split("_")[0];
  // eu-de, eu-ch2, cn-north-4
  return begin !== undefined && /^[a-z]{2,}-[a-z]{2,}\d*(-\d+)?$/.test(begin) ? begin : undefined;
}

const authKeys = new Set(Object.keys(authSchema.shape));

/** Settings of the login count beside `auth` too; below it they win. */
function authOf(entry: Settings): Settings {
  const beside = Object.entries(entry).filter(([key]) => authKeys.has(key));
  return { ...Object.fromEntries(beside), ...(isRecord(entry.auth) ? entry.auth : {}) };
}

function withCurrentNames(entry: Settings): Settings {
  const kept = Object.entries(entry).filter(([key]) => !authKeys.has(key) && key !== "endpoint_type");
  const { endpoint_type } = entry;
  return {
    ...Object.fromEntries(kept),
    ...(endpoint_type === undefined ? {} : { interface: endpoint_type }),
  };
}

/** Key by key; `auth` is merged, everything else replaced. */
function over(under: Settings, above: Settings): Settings {
  const auth = { ...(isRecord(under.auth) ? under.auth : {}), ...(isRecord(above.auth) ? above.auth : {}) };
  const both = { ...under, ...above };
  return isRecord(above.auth) || (above.auth === undefined && isRecord(under.auth))
    ? { ...both, auth }
    : both;
}

/** `project-name` is another spelling of `project_name`. */
function withUnderscores(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      key.replaceAll("-", "_"),
      isRecord(value) ? withUnderscores(value) : value,
    ]),
  );
}
