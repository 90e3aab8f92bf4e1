/** Logging in at Keystone v3 and staying so: tokens are kept in memory only and renewed before they end. */
import { z } from "zod";
import { cloudId } from "../../spec/forms.ts";
import { someOf, suggestion } from "../../spec/nearest.ts";
import { readAnswer } from "../answer.ts";
import { listOf } from "../answer-fields.ts";
import { type CloudConfig, whereIs } from "../config/cloud-config.ts";
import { configProblem } from "../config/problem.ts";
import { CloudProblem, isCloudProblem, problemOfShape, shownUrl } from "../errors.ts";
import { type Http, type HttpCall, jsonBody } from "../http.ts";
import { Secret } from "../secret.ts";
import { type Catalog, catalogSchema, endpointInCatalog, overrideOf } from "./catalog.ts";
import type { Reach } from "./reach.ts";
import type { Session } from "./session.ts";
import { type LoginCredentials, tokenRequest } from "./token-request.ts";

const tokenSchema = z.object({
  token: z.object({
    issued_at: z.string().optional(),
    expires_at: z.string(),
    project: z.object({ id: cloudId, name: z.string() }).optional(),
    catalog: catalogSchema.optional(),
  }),
});

interface Login {
  readonly token: Secret;
  readonly projectId: string;
  readonly projectName: string;
  readonly tokenExpiresAt: string;
  readonly catalog: Catalog;
  /** On our clock, some time before the token ends. */
  readonly renewAtMs: number;
}

export function keystoneSession(
  http: Http,
  config: CloudConfig,
  credentials: LoginCredentials,
  { urlOf }: Reach,
): Session {
  let current: Login | undefined;
  let underWay: Promise<Login> | undefined;

  /** Callers that come while a login is under way share it. */
  async function login(): Promise<Login> {
    if (current !== undefined && http.clock.now() < current.renewAtMs) return current;
    underWay ??= logIn(http, config, credentials).finally(() => {
      underWay = undefined;
    });
    current = await underWay;
    return current;
  }

  return {
    async authorize() {
      return { "X-Auth-Token": (await login()).token.reveal() };
    },
    async renew(refused) {
      // Another call may have renewed it since.
      if (current?.token.reveal() === refused["X-Auth-Token"]) current = undefined;
      await login();
      return true;
    },
    async projectId() {
      return (await login()).projectId;
    },
    async account() {
      const { projectId, projectName, tokenExpiresAt } = await login();
      return { projectId, projectName, tokenExpiresAt };
    },
    async services() {
      return (await login()).catalog.map(({ type }) => type);
    },
    async endpoint(service) {
      const otherwise = urlOf?.(config, service);
      return (
        overrideOf(config, service) ?? endpointInCatalog((await login()).catalog, config, service, otherwise)
      );
    },
  };
}

async function logIn(http: Http, config: CloudConfig, credentials: LoginCredentials): Promise<Login> {
  const call = tokenCall(config, credentials, config.project);
  const answer = await http.call(call).catch(async (error: unknown) => {
    throw await explainRefusal(error, http, config, credentials);
  });
  const issued = answer.headers["x-subject-token"];
  if (issued === undefined) {
    throw problemOfShape({ ...call, attempts: 1 }, "no X-Subject-Token header", http.redactor);
  }
  const token = new Secret(issued);
  http.redactor.add(token);
  const { token: said } = readAnswer(tokenSchema, answer, call, http.redactor);
  if (said.project === undefined) {
    throw configProblem(
      `cloud ${config.name}: no project is chosen`,
      `${shownUrl(config.authUrl)} let the user in, but to no project`,
      `Set project_name in clouds.yaml or OS_PROJECT_NAME${await projectsToChoose(http, config, token)}.`,
    );
  }
  return {
    token,
    projectId: said.project.id,
    projectName: said.project.name,
    tokenExpiresAt: said.expires_at,
    catalog: said.catalog ?? [],
    renewAtMs: http.clock.now() + usableMs(said.issued_at, said.expires_at, http.clock.now()),
  };
}

function tokenCall(
  config: CloudConfig,
  credentials: LoginCredentials,
  scope: CloudConfig["project"],
): HttpCall {
  return {
    method: "POST",
    url: new URL(`${config.authUrl}/auth/tokens`),
    body: jsonBody(tokenRequest(credentials, scope)),
    repeatable: true,
  };
}

/** Measured from issue to end, so that a wrong clock here does not matter; a tenth of it is kept as a margin. */
function usableMs(issuedAt: string | undefined, expiresAt: string, nowMs: number): number {
  const issued = issuedAt === undefined ? nowMs : Date.parse(issuedAt);
  const lifeMs = Date.parse(expiresAt) - issued;
  if (!Number.isFinite(lifeMs)) return 0;
  return Math.max(0, lifeMs - Math.min(60_000, lifeMs / 10));
}

/** Keystone answers 401 alike to a wrong password and to an unknown project: find out which it was. */
async function explainRefusal(
  error: unknown,
  http: Http,
  config: CloudConfig,
  credentials: LoginCredentials,
): Promise<unknown> {
  if (!isCloudProblem(error, "cloud/unauthorized", "cloud/not-found", "cloud/forbidden")) return error;
  const project = config.project?.name ?? config.project?.id;
  // Not where the cloud says that it was the password: wrong ones are counted, and too many lock the user out.
  // Nor with a one-time code, which is good for one login.
  const mayAsk = credentials.kind === "password" && credentials.passcode === undefined;
  if (project !== undefined && mayAsk && !/password/i.test(error.summary)) {
    const names = await enterableProjects(http, config, credentials);
    const known = names?.some((name) => name === project) ?? true;
    if (names && !known) {
      return configProblem(
        `cloud ${config.name}: no project ${project}; ${suggestion(project, names, "project")}`,
        error.detail ?? "",
        `The user may enter: ${names.length === 0 ? "none" : someOf(names)}. Set project_name in clouds.yaml.`,
      );
    }
  }
  const where = whereIs(config);
  const code = `A one-time code is good for one login and for a few seconds: give ${where} a new one.`;
  const hint = {
    password: `Check username, password, user_domain_name and project_name of ${where}.${"passcode" in credentials ? ` ${code}` : ""}`,
    passcode: code,
    token: `The token of ${where} may have ended; they live 24 hours on OTC. Get a new one.`,
    "application-credential": `Check id and secret of ${where}; it may have been revoked or have ended.`,
  }[credentials.kind];
  const user = "user" in credentials ? (credentials.user?.name ?? credentials.user?.id) : undefined;
  const who = user === undefined ? "" : ` as ${user}`;
  return error.saying({
    code: "cloud/unauthorized",
    summary: `cloud ${config.name} refuses to log in${who}: ${error.summary}`,
    hint,
  });
}

const projectsSchema = z.object({ projects: listOf(z.object({ name: z.string() })) });

async function enterableProjects(
  http: Http,
  config: CloudConfig,
  credentials: LoginCredentials,
): Promise<readonly string[] | undefined> {
  try {
    const answer = await http.call(tokenCall(config, credentials, undefined));
    const issued = answer.headers["x-subject-token"];
    return issued === undefined ? undefined : await projectNames(http, config, new Secret(issued));
  } catch (error) {
    // The first refusal is what is told; this one says only that there is nothing to add to it.
    if (error instanceof CloudProblem) return undefined;
    throw error;
  }
}

async function projectNames(http: Http, config: CloudConfig, token: Secret): Promise<readonly string[]> {
  http.redactor.add(token);
  const call: HttpCall = {
    method: "GET",
    url: new URL(`${config.authUrl}/auth/projects`),
    headers: { "X-Auth-Token": token.reveal() },
  };
  const { projects } = readAnswer(projectsSchema, await http.call(call), call, http.redactor);
  return projects.map((project) => project.name);
}

async function projectsToChoose(http: Http, config: CloudConfig, token: Secret): Promise<string> {
  try {
    const names = await projectNames(http, config, token);
    return names.length === 0 ? "" : `: ${someOf(names)}`;
  } catch (error) {
    // The list is a courtesy within another error's hint.
    if (error instanceof CloudProblem) return "";
    throw error;
  }
}
