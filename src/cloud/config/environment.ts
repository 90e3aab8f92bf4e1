/** The OS_* variables as an entry of clouds.yaml, as the openstack client and OTC's Terraform provider read them. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Say how to choose a cloud, not what it is (openstacksdk, config/loader.py). */
const selectors = new Set([
  "OS_CLOUD",
  "OS_CLOUD_NAME",
  "OS_REGION_NAME",
  "OS_CLIENT_CONFIG_FILE",
  "OS_CLIENT_SECURE_FILE",
  "OS_CLIENT_VENDOR_FILE",
]);

/** Of OpenStack's own test runs, not of an account. */
const foreign = /^OS_(TEST|STD|LOG)/;

/** Keys below `auth`, each with its variables: the first one that is set counts. */
const authVariables: Readonly<Record<string, readonly string[]>> = {
  auth_url: ["OS_AUTH_URL"],
  username: ["OS_USERNAME"],
  user_id: ["OS_USER_ID", "OS_USERID"],
  password: ["OS_PASSWORD"],
  passcode: ["OS_PASSCODE"],
  token: ["OS_TOKEN", "OS_AUTH_TOKEN"],
  project_name: ["OS_PROJECT_NAME", "OS_TENANT_NAME"],
  project_id: ["OS_PROJECT_ID", "OS_TENANT_ID"],
  user_domain_name: ["OS_USER_DOMAIN_NAME"],
  user_domain_id: ["OS_USER_DOMAIN_ID"],
  project_domain_name: ["OS_PROJECT_DOMAIN_NAME"],
  project_domain_id: ["OS_PROJECT_DOMAIN_ID"],
  domain_name: ["OS_DOMAIN_NAME"],
  domain_id: ["OS_DOMAIN_ID"],
  default_domain_name: ["OS_DEFAULT_DOMAIN_NAME"],
  default_domain_id: ["OS_DEFAULT_DOMAIN_ID"],
  application_credential_id: ["OS_APPLICATION_CREDENTIAL_ID"],
  application_credential_name: ["OS_APPLICATION_CREDENTIAL_NAME"],
  application_credential_secret: ["OS_APPLICATION_CREDENTIAL_SECRET"],
  ak: ["OS_ACCESS_KEY", "OS_ACCESS_KEY_ID", "OS_AK"],
  sk: ["OS_SECRET_KEY", "OS_ACCESS_KEY_SECRET", "OS_SK"],
  security_token: ["OS_SECURITY_TOKEN"],
};

/** The names that OTC's Go SDK looks at first. */
const awsVariables = {
  ak: "AWS_ACCESS_KEY_ID",
  sk: "AWS_ACCESS_SECRET_KEY",
  security_token: "AWS_SECURITY_TOKEN",
};

const entryVariables: Readonly<Record<string, readonly string[]>> = {
  profile: ["OS_PROFILE"],
  auth_type: ["OS_AUTH_TYPE"],
  region_name: ["OS_REGION_NAME"],
  interface: ["OS_ENDPOINT_TYPE", "OS_INTERFACE"],
  identity_api_version: ["OS_IDENTITY_API_VERSION"],
  cacert: ["OS_CACERT"],
  cert: ["OS_CERT"],
  key: ["OS_KEY"],
};

/** The pseudo-cloud's name. */
export function environmentCloudName(env: Environment): string {
  return env.OS_CLOUD_NAME || "envvars";
}

/** The pseudo-cloud's entry; undefined where the variables hold no account. */
export function environmentEntry(env: Environment): Readonly<Record<string, unknown>> | undefined {
  const counts = Object.keys(env).some(
    (name) => name.startsWith("OS_") && !selectors.has(name) && !foreign.test(name) && env[name],
  );
  if (!counts) return undefined;
  const entry = pick(env, entryVariables);
  const auth = pick(env, authVariables);
  // A password or token beats AWS_*, which often stand there for an S3 bucket and not for this account.
  const hasOwn =
    auth.password !== undefined ||
    auth.token !== undefined ||
    auth.application_credential_secret !== undefined;
  if (!hasOwn) {
    for (const [key, variable] of Object.entries(awsVariables)) {
      const value = env[variable];
      if (value) auth[key] = value;
    }
  }
  if (env.OS_INSECURE) entry.verify = !/^(1|true|yes|on)$/i.test(env.OS_INSECURE);
  for (const [name, value] of Object.entries(env)) {
    if (/^OS_[A-Z0-9_]+_ENDPOINT_OVERRIDE$/.test(name) && value) entry[name.slice(3).toLowerCase()] = value;
  }
  return { ...entry, auth };
}

/** The variable that a setting of the pseudo-cloud comes from, for errors. */
export function variableOf(path: readonly PropertyKey[]): string {
  const key = String(path.at(-1) ?? "auth");
  const known = path[0] === "auth" ? authVariables[key] : entryVariables[key];
  return known?.[0] ?? `OS_${key.toUpperCase()}`;
}

function pick(
  env: Environment,
  variables: Readonly<Record<string, readonly string[]>>,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, names] of Object.entries(variables)) {
    const value = names.map((name) => env[name]).find((candidate) => candidate);
    if (value) found[key] = value;
  }
  return found;
}
