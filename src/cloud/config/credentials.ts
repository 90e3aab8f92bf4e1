/** Which way to prove who one is follows from what the entry holds. Pure. */
import { Secret } from "../secret.ts";
import type { Credentials, DomainName, ProjectName, UserName } from "./cloud-config.ts";
import type { AuthEntry, CloudEntry } from "./entry-schema.ts";

/** A setting that is missing, as a path below the cloud's entry. */
interface Missing {
  readonly missing: readonly string[];
  readonly because: string;
}

export function credentialsOf(entry: CloudEntry): Credentials | Missing {
  const { auth } = entry;
  switch (kindOf(entry)) {
    case "access-key": {
      const accessKey = auth.ak;
      const secretKey = auth.sk;
      if (accessKey === undefined) return { missing: ["auth", "ak"], because: "an access key has two parts" };
      if (secretKey === undefined) return { missing: ["auth", "sk"], because: "an access key has two parts" };
      const securityToken = auth.security_token;
      return {
        kind: "access-key",
        accessKey: new Secret(accessKey),
        secretKey: new Secret(secretKey),
        ...(securityToken === undefined ? {} : { securityToken: new Secret(securityToken) }),
      };
    }
    case "application-credential": {
      const secret = auth.application_credential_secret;
      const { application_credential_id: id, application_credential_name: name } = auth;
      if (secret === undefined && id === undefined && name === undefined) {
        const because = "auth_type asks for it, and for application_credential_secret";
        return { missing: ["auth", "application_credential_id"], because };
      }
      if (secret === undefined) {
        const because = `its ${id === undefined ? "name" : "id"} is not enough`;
        return { missing: ["auth", "application_credential_secret"], because };
      }
      const user = userOf(auth);
      if (id === undefined && (name === undefined || user === undefined)) {
        return { missing: ["auth", "application_credential_id"], because: "the secret needs it" };
      }
      return {
        kind: "application-credential",
        secret: new Secret(secret),
        ...(id === undefined ? {} : { id }),
        ...(name === undefined ? {} : { name }),
        ...(user === undefined ? {} : { user }),
      };
    }
    case "token":
      if (auth.token === undefined) return { missing: ["auth", "token"], because: "auth_type asks for it" };
      return { kind: "token", token: new Secret(auth.token) };
    case "passcode": {
      const user = userOf(auth);
      if (user === undefined) return { missing: ["auth", "username"], because: "auth_type asks for it" };
      if (auth.passcode === undefined) {
        return { missing: ["auth", "passcode"], because: "auth_type asks for a one-time code" };
      }
      return { kind: "passcode", user, passcode: new Secret(auth.passcode) };
    }
    case "password": {
      const user = userOf(auth);
      if (user === undefined)
        return { missing: ["auth", "username"], because: "no other way to log in is given" };
      if (auth.password === undefined) return { missing: ["auth", "password"], because: "a user needs one" };
      if (user.id === undefined && user.domain === undefined) {
        return {
          missing: ["auth", "user_domain_name"],
          because: "a user's name is unique in its domain only; on OTC that is the tenant, OTC0000...",
        };
      }
      return {
        kind: "password",
        user,
        password: new Secret(auth.password),
        ...(auth.passcode === undefined ? {} : { passcode: new Secret(auth.passcode) }),
      };
    }
  }
}

function kindOf(entry: CloudEntry): Credentials["kind"] {
  const { auth } = entry;
  switch (entry.auth_type) {
    case "aksk":
      return "access-key";
    case "v3applicationcredential":
      return "application-credential";
    case "token":
    case "v3token":
      return "token";
    case "v3totp":
      return "passcode";
    case "v3multifactor":
    case "password":
    case "v3password":
    case undefined:
      // "password" is what tools write by default: keys that are there anyway still count.
      if (auth.ak !== undefined || auth.sk !== undefined) return "access-key";
      if (auth.application_credential_id !== undefined || auth.application_credential_secret !== undefined) {
        return "application-credential";
      }
      return auth.token !== undefined && auth.password === undefined ? "token" : "password";
  }
}

function userOf(auth: AuthEntry): UserName | undefined {
  const domain =
    domainOf(auth.user_domain_id, auth.user_domain_name) ??
    domainOf(auth.domain_id, auth.domain_name) ??
    domainOf(auth.project_domain_id, auth.project_domain_name) ??
    domainOf(auth.default_domain_id, auth.default_domain_name);
  if (auth.user_id !== undefined) return { id: auth.user_id, ...(domain === undefined ? {} : { domain }) };
  if (auth.username === undefined) return undefined;
  return { name: auth.username, ...(domain === undefined ? {} : { domain }) };
}

/** Keystone needs the domain with a project's name; OTC's tools send the user's. */
export function projectOf(auth: AuthEntry): ProjectName | undefined {
  const id = auth.project_id ?? auth.tenant_id;
  const name = auth.project_name ?? auth.tenant_name;
  if (id === undefined && name === undefined) return undefined;
  const domain =
    domainOf(auth.project_domain_id, auth.project_domain_name) ??
    domainOf(auth.domain_id, auth.domain_name) ??
    domainOf(auth.user_domain_id, auth.user_domain_name) ??
    domainOf(auth.default_domain_id, auth.default_domain_name);
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(domain === undefined ? {} : { domain }),
  };
}

function domainOf(id: string | undefined, name: string | undefined): DomainName | undefined {
  if (id !== undefined) return { id };
  return name === undefined ? undefined : { name };
}
