/** From a cloud's name to everything that is needed to speak to it. Pure over its sources. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import type { z } from "zod";
import { suggestion } from "../../spec/nearest.ts";
import { Secret } from "../secret.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { credentialsOf, projectOf } from "./credentials.ts";
import { type CloudEntry, endpointOverrides, entrySchema } from "./entry-schema.ts";
import { environmentCloudName, environmentEntry, variableOf } from "./environment.ts";
import { configProblem } from "./problem.ts";
import {
  absolute,
  type ConfigSources,
  candidatePaths,
  findSettingsFile,
  isRecord,
  type SettingsFile,
} from "./settings-file.ts";
import { vendorProfiles } from "./vendor-profiles.ts";

/** The process's own environment, folder and files. */
export function systemSources(): ConfigSources {
  return { env: process.env, cwd: process.cwd(), home: homedir(), readFile: readIfThere };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw configProblem(
      `${path} cannot be read`,
      error instanceof Error ? error.message : String(error),
      "Check the file's owner and mode.",
    );
  }
}

/** The clouds that can be named, in the order of the file; the OS_* variables' own cloud last. */
export function cloudNames(sources: ConfigSources): readonly string[] {
  const { clouds } = readAll(sources);
  const inEnvironment = environmentEntry(sources.env) !== undefined;
  return [...Object.keys(clouds), ...(inEnvironment ? [environmentCloudName(sources.env)] : [])];
}

/**
 * Without a name: OS_CLOUD, else the cloud of the OS_* variables, else the only cloud of the file.
 * @throws CloudProblem cloud/config with file, line and what to write instead.
 */
export function loadCloud(name: string | undefined, sources: ConfigSources): CloudConfig {
  const files = readAll(sources);
  const fromEnvironment = environmentEntry(sources.env);
  const environmentName = environmentCloudName(sources.env);
  const only = Object.keys(files.clouds).length === 1 ? Object.keys(files.clouds)[0] : undefined;
  const chosen = name || sources.env.OS_CLOUD || (fromEnvironment ? environmentName : only);
  if (chosen === undefined) throw noCloudChosen(files, sources);
  if (chosen === environmentName && fromEnvironment) {
    const at = (path: readonly PropertyKey[]): string => `variable ${variableOf(path)}`;
    return checkedConfig(chosen, "OS_* variables", fromEnvironment, at, sources);
  }
  const entry = Object.hasOwn(files.clouds, chosen) ? files.clouds[chosen] : undefined;
  if (entry === undefined) throw unknownCloud(chosen, files, sources);
  return checkedConfig(
    chosen,
    files.main?.path ?? files.secure?.path ?? "",
    entry,
    (path) => files.place(chosen, path),
    sources,
  );
}

interface Files {
  readonly main: SettingsFile | undefined;
  readonly secure: SettingsFile | undefined;
  readonly clouds: Readonly<Record<string, unknown>>;
  /** file:line:column of a setting of a cloud. */
  place(cloud: string, path: readonly PropertyKey[]): string;
}

function readAll(sources: ConfigSources): Files {
  const main = findSettingsFile("clouds", "OS_CLIENT_CONFIG_FILE", sources);
  const secure = findSettingsFile("secure", "OS_CLIENT_SECURE_FILE", sources);
  const merged = merge(main?.content.clouds ?? {}, secure?.content.clouds ?? {});
  if (!isRecord(merged)) {
    const file = main ?? secure;
    throw configProblem(
      `"clouds" of ${file?.path} is not a mapping`,
      `${file?.path}:${file?.place(["clouds"])}: expected names of clouds, each with its settings`,
      "The smallest file is: clouds: {NAME: {auth: {auth_url, username, password, project_name}}}.",
    );
  }
  return {
    main,
    secure,
    clouds: merged,
    place(cloud, path) {
      const full = ["clouds", cloud, ...path];
      const file = secure?.has(full) ? secure : (main ?? secure);
      return file ? `${file.path}:${file.place(full)}` : "";
    },
  };
}

/** Deep: what is in `over` wins, key by key. */
function merge(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over ?? under;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    result[key] = Object.hasOwn(under, key) ? merge(under[key], value) : value;
  }
  return result;
}

function checkedConfig(
  name: string,
  source: string,
  raw: unknown,
  place: (path: readonly PropertyKey[]) => string,
  sources: ConfigSources,
): CloudConfig {
  const fail = (path: readonly PropertyKey[], what: string, hint: string): never => {
    throw configProblem(
      `cloud ${name}: ${path.map(String).join(".")}: ${what}`,
      `${place(path)}: ${what}`,
      hint,
    );
  };
  const checked = entrySchema.safeParse(withoutEmpty(raw));
  if (!checked.success) {
    const issue = checked.error.issues[0];
    return fail(
      issue?.path ?? [],
      messageOf(issue),
      "The keys are those of the openstack client's clouds.yaml.",
    );
  }
  const entry = checked.data;
  const overrides = endpointOverrides(entry);
  if (!overrides.ok)
    return fail([overrides.key], overrides.message, "For example https://vpc.eu-de.otc.t-systems.com.");
  const credentials = credentialsOf(entry);
  if ("missing" in credentials) {
    return fail(
      credentials.missing,
      `is missing; ${credentials.because}`,
      `Add it to the entry "${name}" of clouds.yaml, secrets rather to secure.yaml, or set ${variableOf(credentials.missing)}.`,
    );
  }
  const region = regionOf(entry);
  const authUrl = authUrlOf(entry, region);
  if (authUrl === undefined) {
    const known = Object.keys(vendorProfiles).join(", ");
    return fail(
      ["auth", "auth_url"],
      "is missing",
      `Give the identity service's URL, or one of the profiles ${known} with a region_name.`,
    );
  }
  const verify = entry.verify ?? !(entry.insecure ?? false);
  if (verify && !isSafeUrl(authUrl)) {
    return fail(
      ["auth", "auth_url"],
      "would send the credentials unencrypted over the network",
      "Use https://. Where that is impossible and the network is trusted, `verify: false` for this cloud allows it.",
    );
  }
  const readPem = (key: "cacert" | "cert" | "key"): string | undefined => {
    const path = entry[key];
    if (path === undefined) return undefined;
    return (
      sources.readFile(absolute(path, sources)) ??
      fail([key], `there is no file ${path}`, "It names a PEM file.")
    );
  };
  const pem = { ca: readPem("cacert"), cert: readPem("cert"), key: readPem("key") };
  const project = projectOf(entry.auth);
  return {
    name,
    source,
    ...(entry.profile === undefined ? {} : { profile: entry.profile }),
    authUrl,
    credentials,
    ...(project === undefined ? {} : { project }),
    ...(region === undefined ? {} : { region }),
    interface: entry.interface ?? entry.endpoint_type ?? "public",
    tls: {
      verify,
      ...(pem.ca === undefined ? {} : { ca: pem.ca }),
      ...(pem.cert === undefined ? {} : { cert: pem.cert }),
      ...(pem.key === undefined ? {} : { key: new Secret(pem.key) }),
    },
    endpoints: overrides.endpoints,
  };
}

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  return issue?.message.replace(/^Invalid input: /, "") ?? "not valid";
}

/** Keys without a value (`region_name:`) count as not there, as for the openstack client. */
function withoutEmpty(raw: unknown): unknown {
  if (!isRecord(raw)) return raw;
  return Object.fromEntries(
    Object.entries(raw)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, withoutEmpty(value)]),
  );
}

function regionOf(entry: CloudEntry): string | undefined {
  if (entry.region_name !== undefined) return entry.region_name;
  const profile = entry.profile === undefined ? undefined : vendorProfiles[entry.profile];
  if (!profile?.regionInProjectName) return undefined;
  const begin = (entry.auth.project_name ?? entry.auth.tenant_name)?.split("_")[0];
  if (begin !== undefined && /^[a-z]{2,}-[a-z]{2,}\d*$/.test(begin)) return begin;
  return profile.regions.length === 1 ? profile.regions[0] : undefined;
}

function authUrlOf(entry: CloudEntry, region: string | undefined): string | undefined {
  const profile = entry.profile === undefined ? undefined : vendorProfiles[entry.profile];
  const given = entry.auth.auth_url?.replaceAll("{region_name}", region ?? "");
  const url = given ?? (profile && region !== undefined ? profile.authUrl(region) : undefined);
  if (url === undefined) return undefined;
  const bare = url.replace(/\/+$/, "").replace(/\/auth\/tokens$/, "");
  return /\/v3$/.test(bare) ? bare : `${bare.replace(/\/v2\.0$/, "")}/v3`;
}

/** Encrypted, or not leaving this machine. */
export function isSafeUrl(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function unknownCloud(name: string, files: Files, sources: ConfigSources): Error {
  const names = [...Object.keys(files.clouds)];
  if (environmentEntry(sources.env)) names.push(environmentCloudName(sources.env));
  const file = files.main ?? files.secure;
  if (!file) return noCloudChosen(files, sources, name);
  return configProblem(
    `no cloud ${name}; ${suggestion(name, names, "cloud")}`,
    `${file.path}:${file.place(["clouds"])}: has ${names.length === 0 ? "no clouds" : names.join(", ")}`,
    `Name one of them, or add ${name} to ${file.path}.`,
  );
}

function noCloudChosen(files: Files, sources: ConfigSources, name?: string): Error {
  const names = Object.keys(files.clouds);
  if (names.length > 0) {
    return configProblem(
      "no cloud is chosen, and there is more than one",
      `${files.main?.path}:${files.main?.place(["clouds"])}: has ${names.join(", ")}`,
      "Name one in wayout.yaml (cloud: NAME) or with OS_CLOUD.",
    );
  }
  return configProblem(
    name === undefined ? "no cloud is described anywhere" : `no cloud ${name}; there is no clouds.yaml`,
    `looked for ${candidatePaths("clouds", sources.env.OS_CLIENT_CONFIG_FILE, sources).join(", ")} and OS_* variables`,
    "Write a clouds.yaml as for the openstack client, or set OS_AUTH_URL, OS_USERNAME, OS_PASSWORD, OS_PROJECT_NAME and OS_USER_DOMAIN_NAME.",
  );
}
