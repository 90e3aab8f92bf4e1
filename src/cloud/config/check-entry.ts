/** One cloud's entry, from whatever place it came, turned into a configuration; or told what is wrong with it. */
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { inPlainWords } from "../../spec/plain-words.ts";
import { isRecord } from "../record.ts";
import { Secret } from "../secret.ts";
import { isSafeUrl } from "../wire.ts";
import type { CloudConfig } from "./cloud-config.ts";
import { credentialsOf, projectOf } from "./credentials.ts";
import { type CloudEntry, endpointOverrides, entrySchema } from "./entry-schema.ts";
import { variableOf } from "./environment.ts";
import { mergedEntry } from "./merged-entry.ts";
import { misspeltKeys } from "./misspelt.ts";
import { configProblem } from "./problem.ts";
import { absolute, type ConfigSources } from "./settings-file.ts";
import { vendorProfiles } from "./vendor-profiles.ts";

/** Where an entry was found. */
export interface EntryOrigin {
  /** A file's path, or "OS_* variables". */
  readonly source: string;
  readonly secure?: CloudConfig["secure"];
  /** Where a setting stands, for errors: file:line:column, or its variable. */
  place(path: readonly PropertyKey[]): string;
  /** The line of that place, where the entry is of a file. */
  line?(path: readonly PropertyKey[]): number;
}

/** @throws CloudProblem cloud/config */
export function checkedConfig(
  name: string,
  origin: EntryOrigin,
  raw: unknown,
  sources: ConfigSources,
  publicClouds: Readonly<Record<string, unknown>> = {},
): CloudConfig {
  /** @param at where that is, if not at the setting itself. */
  const fail = (path: readonly PropertyKey[], what: string, hint: string, at = path): never => {
    throw configProblem(
      [`cloud ${name}`, ...(path.length === 0 ? [] : [path.map(String).join(".")]), what].join(": "),
      `${origin.place(at)}: ${what}`,
      hint,
    );
  };
  const misspelt = misspeltKeys(raw);
  const inVariables = origin.line === undefined;
  /** A misspelt key is the cause of the missing one: it is told, and its place. */
  const failMissing = (path: readonly string[], because: string | undefined, hint: string): never => {
    const wrong = misspelt.find(({ meant }) => meant === path.at(-1)) ?? misspelt[0];
    const line = wrong && origin.line?.(wrong.path);
    if (wrong === undefined || line === undefined) {
      return fail(path, because === undefined ? "is missing" : `is missing; ${because}`, hint);
    }
    const what = `is missing; line ${line} has ${wrong.path.at(-1)}; did you mean ${wrong.meant}?`;
    return fail(path, what, hint, wrong.path);
  };
  const filled = withoutEmpty(raw);
  const checked = entrySchema.safeParse(
    isRecord(filled) ? mergedEntry(filled, publicClouds) : filled,
    inPlainWords,
  );
  if (!checked.success) {
    const issue = checked.error.issues[0];
    return fail(
      issue?.path ?? [],
      issue?.message ?? "not valid",
      "The keys are those of the openstack client's clouds.yaml.",
    );
  }
  const entry = checked.data;
  const overrides = endpointOverrides(entry);
  if (!overrides.ok)
    return fail([overrides.key], overrides.message, "For example https://vpc.eu-de.otc.t-systems.com.");
  const credentials = credentialsOf(entry);
  if ("missing" in credentials) {
    return failMissing(
      credentials.missing,
      credentials.because,
      inVariables
        ? `Set ${variableOf(credentials.missing)}.`
        : `Add it to the entry "${name}" of clouds.yaml, secrets rather to secure.yaml.`,
    );
  }
  const region = entry.region_name;
  const { profile } = entry;
  const unknownProfile =
    profile !== undefined && !vendorProfiles.has(profile) && !Object.hasOwn(publicClouds, profile);
  const authUrl = authUrlOf(entry);
  if (authUrl === undefined) {
    const known = [...vendorProfiles.keys()].join(", ");
    return failMissing(
      ["auth", "auth_url"],
      undefined,
      `${unknownProfile ? `Profile ${profile} is not known. ` : ""}${
        inVariables
          ? `Set OS_AUTH_URL, or OS_PROFILE to one of ${known} and OS_REGION_NAME.`
          : `Give the identity service's URL, or one of the profiles ${known} with a region_name.`
      }`,
    );
  }
  const verify = (entry.verify ?? true) && !(entry.insecure ?? false);
  if (verify && !isSafeUrl(new URL(authUrl))) {
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
  if (!isCertificate(pem.ca)) {
    return fail(["cacert"], `${entry.cacert} holds no certificate`, "It names a PEM file.");
  }
  if (!isCertificate(pem.cert)) {
    return fail(["cert"], `${entry.cert} holds no certificate`, "It names a PEM file.");
  }
  if (!isKeyOf(pem)) {
    const hint = "It names a PEM file, whose key has no passphrase.";
    return fail(["key"], `${entry.key} holds no key of its certificate`, hint);
  }
  const project = projectOf(entry.auth);
  return {
    name,
    source: origin.source,
    ...(origin.secure === undefined ? {} : { secure: origin.secure }),
    ...(misspelt.length === 0
      ? {}
      : {
          misspelt: misspelt.map(({ path, meant }) => ({
            key: path.join("."),
            meant,
            place: origin.place(path),
          })),
        }),
    ...(profile === undefined ? {} : { profile }),
    ...(unknownProfile ? { unknownProfile } : {}),
    ...(entry.wayout_driver === undefined ? {} : { driver: entry.wayout_driver }),
    ...(entry.external_network === undefined ? {} : { externalNetwork: entry.external_network }),
    authUrl,
    credentials,
    ...(project === undefined ? {} : { project }),
    ...(region === undefined ? {} : { region }),
    interface: entry.interface ?? "public",
    tls: {
      verify,
      ...(pem.ca === undefined ? {} : { ca: pem.ca }),
      ...(pem.cert === undefined ? {} : { cert: pem.cert }),
      ...(pem.key === undefined ? {} : { key: new Secret(pem.key) }),
    },
    endpoints: overrides.endpoints,
  };
}

/** The first one is asked: Node says nothing of a bundle without any. */
function isCertificate(pem: string | undefined): boolean {
  return pem === undefined || succeeds(() => new X509Certificate(pem));
}

/** Node takes a client's certificate and key when it connects, and throws then. */
function isKeyOf({
  cert,
  key,
}: {
  readonly cert: string | undefined;
  readonly key: string | undefined;
}): boolean {
  return key === undefined || succeeds(() => createSecureContext({ cert, key }));
}

function succeeds(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
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

function authUrlOf({ auth }: CloudEntry): string | undefined {
  const bare = auth.auth_url?.replace(/\/+$/, "").replace(/\/auth\/tokens$/, "");
  if (bare === undefined) return undefined;
  return /\/v3$/.test(bare) ? bare : `${bare.replace(/\/v2\.0$/, "")}/v3`;
}
