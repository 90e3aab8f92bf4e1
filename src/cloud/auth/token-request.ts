/** The body of `POST /v3/auth/tokens` for each way to log in (Keystone API v3, OTC IAM API). Pure. */
import type { JsonObject } from "../../report/json-value.ts";
import type { Credentials, DomainName, ProjectName, UserName } from "../config/cloud-config.ts";

export type LoginCredentials = Exclude<Credentials, { readonly kind: "access-key" }>;

/** `scope` undefined: a token for no project, good only to ask which there are. */
export function tokenRequest(credentials: LoginCredentials, scope: ProjectName | undefined): JsonObject {
  const identity = identityOf(credentials);
  // An application credential is bound to its project; Keystone refuses a scope beside it.
  if (scope === undefined || credentials.kind === "application-credential") return { auth: { identity } };
  return { auth: { identity, scope: { project: projectScope(scope) } } };
}

function identityOf(credentials: LoginCredentials): JsonObject {
  switch (credentials.kind) {
    case "password": {
      const user = userReference(credentials.user);
      const { passcode } = credentials;
      return {
        methods: ["password", ...(passcode === undefined ? [] : ["totp"])],
        password: { user: { ...user, password: credentials.password.reveal() } },
        ...(passcode === undefined ? {} : { totp: { user: { ...user, passcode: passcode.reveal() } } }),
      };
    }
    case "passcode": {
      const user = { ...userReference(credentials.user), passcode: credentials.passcode.reveal() };
      return { methods: ["totp"], totp: { user } };
    }
    case "token":
      return { methods: ["token"], token: { id: credentials.token.reveal() } };
    case "application-credential":
      return {
        methods: ["application_credential"],
        application_credential: {
          ...(credentials.id === undefined ? {} : { id: credentials.id }),
          ...(credentials.id === undefined && credentials.name !== undefined
            ? { name: credentials.name }
            : {}),
          ...(credentials.id === undefined && credentials.user !== undefined
            ? { user: userReference(credentials.user) }
            : {}),
          secret: credentials.secret.reveal(),
        },
      };
  }
}

function userReference(user: UserName): JsonObject {
  if (user.id !== undefined) return { id: user.id };
  return {
    name: user.name ?? "",
    ...(user.domain === undefined ? {} : { domain: domainReference(user.domain) }),
  };
}

function projectScope(project: ProjectName): JsonObject {
  if (project.id !== undefined) return { id: project.id };
  return {
    name: project.name ?? "",
    ...(project.domain === undefined ? {} : { domain: domainReference(project.domain) }),
  };
}

function domainReference(domain: DomainName): JsonObject {
  return domain.id === undefined ? { name: domain.name ?? "" } : { id: domain.id };
}
