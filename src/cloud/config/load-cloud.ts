/** From a cloud's name to everything that is needed to speak to it. Pure over its sources. */
import { homedir } from "node:os";
import { suggestion } from "../../spec/nearest.ts";
import { readSmallFile } from "../../spec/small-file.ts";
import { isRecord } from "../record.ts";
import { checkedConfig } from "./check-entry.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { authSchema } from "./entry-schema.ts";
import { environmentCloudName, environmentEntry, variableOf } from "./environment.ts";
import { configProblem } from "./problem.ts";
import { type ConfigSources, candidatePaths, findSettingsFile, type SettingsFile } from "./settings-file.ts";

/** The process's own environment, folder and files. */
export function systemSources(): ConfigSources {
  return { env: process.env, cwd: process.cwd(), home: homedir(), readFile: readIfThere };
}

/** Bundles of certificates are the largest: those of all public authorities take 250 KiB. */
const maxFileBytes = 4 * 1024 * 1024;

function readIfThere(path: string): string | undefined {
  const read = readSmallFile(path, maxFileBytes);
  if ("text" in read) return read.text;
  if (read.is === "missing") return undefined;
  throw configProblem(`${path} cannot be read`, read.why, "Check what the file is, its owner and its mode.");
}

/** The clouds that can be named, in the order of the file; the OS_* variables' own cloud last. */
export function cloudNames(sources: ConfigSources): readonly string[] {
  return namesIn(readAll(sources), sources);
}

function namesIn({ clouds }: Files, { env }: ConfigSources): readonly string[] {
  return [...Object.keys(clouds), ...(environmentEntry(env) ? [environmentCloudName(env)] : [])];
}

export interface FoundCloud {
  readonly name: string;
  /** file:line:column of the entry, or "OS_* variables". */
  readonly place: string;
  /** Where the part of it stands that secure.yaml has. */
  readonly securePlace?: string;
  /** Why it is the one that is taken where none is named. */
  readonly chosenBecause?: string;
}

interface FoundClouds {
  /** In the order of the file; the cloud of the OS_* variables last. */
  readonly clouds: readonly FoundCloud[];
  /** Where a clouds.yaml was looked for, in this order. */
  readonly looked: readonly string[];
}

/** What there is to choose from, without judging it. @throws CloudProblem cloud/config for a file that cannot be read. */
export function foundClouds(sources: ConfigSources): FoundClouds {
  const files = readAll(sources);
  const { main, secure } = files;
  const inEnvironment = environmentEntry(sources.env) ? environmentCloudName(sources.env) : undefined;
  const taken = takenUnnamed(files, sources);
  const clouds = namesIn(files, sources).map((name): FoundCloud => {
    const path = ["clouds", name];
    const file = main?.has(path) ? main : secure;
    const place =
      name === inEnvironment || file === undefined ? "OS_* variables" : `${file.path}:${file.place(path)}`;
    return {
      name,
      place,
      ...(main?.has(path) && secure?.has(path)
        ? { securePlace: `${secure.path}:${secure.place(path)}` }
        : {}),
      ...(name === taken?.name ? { chosenBecause: taken.because } : {}),
    };
  });
  return { clouds, looked: candidatePaths("clouds", sources.env.OS_CLIENT_CONFIG_FILE, sources) };
}

/**
 * Without a name: OS_CLOUD, else the cloud of the OS_* variables, else the only cloud of the file.
 * @throws CloudProblem cloud/config with file, line and what to write instead.
 */
export function loadCloud(name: string | undefined, sources: ConfigSources): CloudConfig {
  const files = readAll(sources);
  const fromEnvironment = environmentEntry(sources.env);
  const environmentName = environmentCloudName(sources.env);
  const chosen = name || takenUnnamed(files, sources)?.name;
  if (chosen === undefined) throw noCloudChosen(files, sources);
  if (Object.hasOwn(files.clouds, environmentName) && fromEnvironment) {
    throw twoOfOneName(environmentName, files);
  }
  if (chosen === environmentName && fromEnvironment) {
    const place = (path: readonly PropertyKey[]): string => `variable ${variableOf(path)}`;
    const origin = { source: "OS_* variables", place };
    return checkedConfig(chosen, origin, fromEnvironment, sources, files.publicClouds);
  }
  const entry = Object.hasOwn(files.clouds, chosen) ? files.clouds[chosen] : undefined;
  if (entry === undefined) throw unknownCloud(chosen, files, sources);
  const { main, secure } = files;
  const source = main && Object.hasOwn(cloudsIn(main), chosen) ? main : secure;
  const fromSecure = secure && source === main ? loginKeysIn(secure, chosen) : [];
  const origin = {
    source: source?.path ?? "",
    ...(secure && fromSecure.length > 0 ? { secure: { path: secure.path, keys: fromSecure } } : {}),
    place: (path: readonly PropertyKey[]) => files.place(chosen, path),
    line: (path: readonly PropertyKey[]) => files.line(chosen, path),
  };
  return checkedConfig(chosen, origin, entry, sources, files.publicClouds);
}

/** The settings of a cloud's login that a file has; they count beside `auth` too. */
function loginKeysIn(file: SettingsFile, cloud: string): readonly string[] {
  const entry = cloudsIn(file)[cloud];
  if (!isRecord(entry)) return [];
  const keys = Object.keys({ ...entry, ...(isRecord(entry.auth) ? entry.auth : {}) });
  return keys.filter((key) => Object.hasOwn(authSchema.shape, key.replaceAll("-", "_")));
}

function takenUnnamed(
  { clouds }: Files,
  { env }: ConfigSources,
): { readonly name: string; readonly because: string } | undefined {
  if (env.OS_CLOUD) return { name: env.OS_CLOUD, because: "OS_CLOUD names it" };
  if (environmentEntry(env)) return { name: environmentCloudName(env), because: "OS_* variables are set" };
  const [only, ...others] = Object.keys(clouds);
  return only === undefined || others.length > 0 ? undefined : { name: only, because: "it is the only one" };
}

interface Files {
  readonly main: SettingsFile | undefined;
  readonly secure: SettingsFile | undefined;
  readonly clouds: Readonly<Record<string, unknown>>;
  /** Profiles of the user's own. */
  readonly publicClouds: Readonly<Record<string, unknown>>;
  /** file:line:column of a setting of a cloud. */
  place(cloud: string, path: readonly PropertyKey[]): string;
  /** The line of that place. */
  line(cloud: string, path: readonly PropertyKey[]): number;
}

function readAll(sources: ConfigSources): Files {
  const main = findSettingsFile("clouds", "OS_CLIENT_CONFIG_FILE", sources);
  const secure = findSettingsFile("secure", "OS_CLIENT_SECURE_FILE", sources);
  const profiles = findSettingsFile("clouds-public", undefined, sources)?.content["public-clouds"];
  const merged = merge(cloudsIn(main), cloudsIn(secure));
  const fileWith = (path: readonly PropertyKey[]): SettingsFile | undefined =>
    secure?.has(path) ? secure : (main ?? secure);
  return {
    main,
    secure,
    clouds: merged,
    publicClouds: isRecord(profiles) ? profiles : {},
    place(cloud, path) {
      const full = ["clouds", cloud, ...path];
      const file = fileWith(full);
      return file ? `${file.path}:${file.place(full)}` : "";
    },
    line(cloud, path) {
      const full = ["clouds", cloud, ...path];
      return fileWith(full)?.line(full) ?? 1;
    },
  };
}

function cloudsIn(file: SettingsFile | undefined): Readonly<Record<string, unknown>> {
  const clouds = file?.content.clouds ?? {};
  if (isRecord(clouds)) return clouds;
  throw configProblem(
    `"clouds" of ${file?.path} is not a mapping`,
    `${file?.path}:${file?.place(["clouds"])}: expected names of clouds, each with its settings`,
    "The smallest file is: clouds: {NAME: {auth: {auth_url, username, password, project_name}}}.",
  );
}

/** Deep: what is in `over` wins, key by key. */
function merge(
  under: Readonly<Record<string, unknown>>,
  over: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(under, key) ? under[key] : undefined;
    result[key] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return result;
}

function twoOfOneName(name: string, files: Files): Error {
  return configProblem(
    `${name} is both a cloud of the file and the one of the OS_* variables`,
    files.place(name, []),
    `Rename it there, or give the variables' cloud another name with OS_CLOUD_NAME.`,
  );
}

function unknownCloud(name: string, files: Files, sources: ConfigSources): Error {
  const names = namesIn(files, sources);
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
