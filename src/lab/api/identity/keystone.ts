import type { LabProject } from "../../state.ts";
import type { ApiContext, Call, Endpoint } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { timeForms } from "../times.ts";
import { authBody, authenticate, type Credentials, userIdOf } from "./authenticate.ts";
import { catalogOf } from "./catalog.ts";
import type { Token } from "./tokens.ts";

/** Keystone v3, as far as a client needs it to come in. */
export function keystoneEndpoints(credentials: Credentials): readonly Endpoint[] {
  return [
    {
      ...identity("POST", "/v3/auth/tokens", "none"),
      handle(call, api) {
        const { auth } = call.read(authBody);
        const { id, token } = authenticate(auth, api.state.project, credentials, api.tokens);
        const withCatalog = !call.query.has("nocatalog");
        return {
          status: 201,
          headers: { "X-Subject-Token": id },
          body: { token: describe(token, api, credentials, withCatalog) },
        };
      },
    },
    {
      ...identity("GET", "/v3/auth/tokens", "any"),
      handle(call, api) {
        const subject = call.headers["x-subject-token"];
        const token = typeof subject === "string" ? api.tokens.find(subject) : undefined;
        if (typeof subject !== "string" || !token) throw new Failed("missing", "Could not find token.");
        return {
          status: 200,
          headers: { "X-Subject-Token": subject },
          body: { token: describe(token, api, credentials, !call.query.has("nocatalog")) },
        };
      },
    },
    {
      ...identity("GET", "/v3/auth/catalog", "any"),
      handle: (_call, api) => ({
        status: 200,
        body: {
          catalog: catalogOf(api.state, api.url),
          links: { self: `${api.url}/v3/auth/catalog` },
        },
      }),
    },
    { ...identity("GET", "/v3/auth/projects", "any"), handle: listProjects },
    { ...identity("GET", "/v3/projects", "any"), handle: listProjects },
    {
      ...identity("GET", "/v3/projects/:id", "any"),
      handle(call, api) {
        const { project } = api.state;
        if (call.param("id") !== project.id) {
          throw new Failed("missing", `Could not find project: ${call.param("id")}.`);
        }
        return { status: 200, body: { project: describeProject(project, api.url) } };
      },
    },
  ];
}

function identity(method: "GET" | "POST", path: string, token: "none" | "any") {
  return { method, path, token, subject: "vpc", writes: false } as const;
}

function listProjects(call: Call, api: ApiContext) {
  const { project } = api.state;
  const wanted = { name: call.query.get("name"), domain: call.query.get("domain_id") };
  const fits =
    (wanted.name === null || wanted.name === project.name) &&
    (wanted.domain === null || wanted.domain === project.domainId);
  return {
    status: 200,
    body: {
      projects: fits ? [describeProject(project, api.url)] : [],
      links: { self: `${api.url}${call.path}`, next: null, previous: null },
    },
  };
}

function describeProject(project: LabProject, url: string) {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    parent_id: project.domainId,
    enabled: true,
    description: "",
    is_domain: false,
    tags: [],
    options: {},
    links: { self: `${url}/v3/projects/${project.id}` },
  };
}

function describe(token: Token, api: ApiContext, credentials: Credentials, withCatalog: boolean) {
  const { project } = api.state;
  const domain = { id: project.domainId, name: project.domainName };
  const scope = {
    project: { project: { id: project.id, name: project.name, domain }, is_domain: false },
    domain: { domain },
    none: {},
  }[token.scope];
  const scoped = token.scope !== "none";
  return {
    methods: token.methods,
    issued_at: timeForms.micro(new Date(token.issuedAt).toISOString()),
    expires_at: timeForms.micro(new Date(token.expiresAt).toISOString()),
    user: {
      id: userIdOf(project, credentials),
      name: credentials.username,
      password_expires_at: null,
      domain,
    },
    ...scope,
    ...(scoped ? { roles: [{ id: "0", name: "te_admin" }] } : {}),
    ...(scoped && withCatalog ? { catalog: catalogOf(api.state, api.url) } : {}),
  };
}
