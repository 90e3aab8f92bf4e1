/** The codes of the cloud boundary, with what is said to the user for each. */
import type { Credentials } from "./config/cloud-config.ts";

export type CloudProblemCode =
  | "cloud/unauthorized"
  | "cloud/forbidden"
  | "cloud/not-found"
  | "cloud/conflict"
  | "cloud/quota"
  | "cloud/throttled"
  | "cloud/unavailable"
  | "cloud/bad-request"
  | "cloud/bad-answer"
  | "cloud/not-supported"
  | "cloud/certificate"
  | "cloud/stopped"
  | "cloud/config";

const anyCloud = "this cloud in clouds.yaml or in the OS_* variables";

export const wrongCloudHint =
  "Is it a cloud of this kind? Check `profile`, the project and the endpoint overrides of this cloud in clouds.yaml; `wayout clouds --check` calls each service once.";

export const summaries: Readonly<Record<CloudProblemCode, string>> = {
  "cloud/unauthorized": "the cloud does not accept these credentials",
  "cloud/forbidden": "these credentials may not do this",
  "cloud/not-found": "the cloud has no such object",
  "cloud/conflict": "the object is in a state that does not allow this",
  "cloud/quota": "a quota of the project is used up",
  "cloud/throttled": "the cloud allows no more calls for the moment",
  "cloud/unavailable": "the cloud failed to answer",
  "cloud/bad-request": "the cloud refused the request",
  "cloud/bad-answer": "the answer is not one of this API",
  "cloud/not-supported": "this cloud does not have this API",
  "cloud/certificate": "the cloud's certificate is not trusted",
  "cloud/stopped": "stopped while waiting for the cloud",
  "cloud/config": "the cloud's settings do not fit",
};

export const hints: Readonly<Record<CloudProblemCode, string>> = {
  "cloud/unauthorized": userHint(anyCloud),
  "cloud/forbidden":
    "Ask the account's administrator for a role that covers this call: VPC, EIP and ECS access in the project (on OTC: VPC Administrator, ECS User).",
  "cloud/not-found":
    "It may have been deleted since it was read, or belong to another project or region. Plan again to see what is there now.",
  "cloud/conflict":
    "Somebody else may be changing the same object, or it is in use. Plan again to see what is there now.",
  "cloud/quota": "Delete what is no longer needed, or ask for a higher quota (My Quotas in the console).",
  "cloud/throttled": "Wait a minute and run it again; other programs on the same account count too.",
  "cloud/unavailable":
    "Run it again in a little while. If it stays, give the request id to the cloud's support.",
  "cloud/bad-request": "The message above is the cloud's own and names the value it does not take.",
  "cloud/bad-answer":
    "Is the endpoint right, and is there a proxy or a login page in between? An endpoint can be set in clouds.yaml (auth_url, <service>_endpoint_override).",
  "cloud/not-supported":
    "Is the endpoint the right one for this service and region, and does `profile` in clouds.yaml name this kind of cloud? Otherwise this cloud lacks a feature that the step needs.",
  "cloud/certificate":
    "Name the certificate authority with `cacert:` in clouds.yaml (or OS_CACERT); `verify: false` trusts anybody and is for tests only.",
  "cloud/stopped": "Run it again to go on.",
  "cloud/config": "See the documentation of clouds.yaml.",
};

/** What to check in the settings of a cloud, by what went wrong. */
export interface SettingsHints {
  /** The credentials are not accepted. */
  readonly login: string;
  readonly unreachable: string;
  /** The project in the URL is another one than that of the login. */
  readonly project: string;
  /** https:// on a port that speaks something else. */
  readonly notTls: string;
  /** http:// on a port that speaks TLS. */
  readonly tls: string;
}

/** @param where how the cloud and its settings are called: otc (/project/clouds.yaml). */
export function settingsHints(where = anyCloud, kind: Credentials["kind"] = "password"): SettingsHints {
  return {
    login: loginHints[kind](where),
    unreachable: `Check auth_url and the endpoints of ${where}, the network here, and whether a VPN is needed.`,
    project: `project_id of ${where} is not the project of these credentials: correct it, or write project_name in its place. An endpoint override may hold another project's id too.`,
    notTls: `Write http:// or another port in auth_url or the endpoint of ${where}.`,
    tls: `Write https:// or another port in auth_url or the endpoint of ${where}.`,
  };
}

/** By what the credentials are. */
const loginHints: Readonly<Record<Credentials["kind"], (where: string) => string>> = {
  password: userHint,
  passcode: userHint,
  token: (where) => `Check the token of ${where}: it ends after some hours, and is for one project.`,
  "application-credential": (where) =>
    `Check application_credential_id and application_credential_secret of ${where}. An application credential ends with its user's rights, or at its own date.`,
  "access-key": (where) =>
    `Check ak and sk of ${where}, with temporary keys security_token too, the clock here (a signature carries its time), and \`profile\`: clouds sign in ways of their own.`,
};

function userHint(where: string): string {
  return `Check user name, password, domain and project of ${where}. A change of password or rights ends older tokens.`;
}
