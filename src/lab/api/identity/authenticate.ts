import { timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { LabProject } from "../../state.ts";
import { Failed } from "../errors/family.ts";
import { stableId } from "./catalog.ts";
import type { AccessKey } from "./signature.ts";
import type { Scope, Tokens } from "./tokens.ts";

export interface Credentials {
  readonly username: string;
  readonly password: string;
  readonly accessKey: AccessKey;
}

const named = z.object({ id: z.string().optional(), name: z.string().optional() });
const domainNamed = named.extend({ domain: named.optional() });

/** The body of `POST /v3/auth/tokens`. */
export const authBody = z.object({
  auth: z.object({
    identity: z.object({
      methods: z.array(z.string()).min(1),
      password: z.object({ user: domainNamed.extend({ password: z.string() }) }).optional(),
      token: z.object({ id: z.string() }).optional(),
    }),
    scope: z
      .union([z.literal("unscoped"), z.object({ project: domainNamed.optional(), domain: named.optional() })])
      .optional(),
  }),
});
type Auth = z.infer<typeof authBody>["auth"];

/** A token for who proves to be the lab's user, or 401 without a word about what was wrong, as Keystone does. */
export function authenticate(auth: Auth, project: LabProject, credentials: Credentials, tokens: Tokens) {
  const until = proven(auth, project, credentials, tokens);
  return tokens.issue(auth.identity.methods, scopeOf(auth, project), until);
}

export function userIdOf(project: LabProject, credentials: Credentials): string {
  return stableId(project.domainId, "user", credentials.username);
}

/** Until when the proof holds; a password's has no end. */
function proven(auth: Auth, project: LabProject, credentials: Credentials, tokens: Tokens): number {
  const [method] = auth.identity.methods;
  if (auth.identity.methods.length !== 1) refuse();
  if (method === "token") {
    const token = tokens.find(auth.identity.token?.id ?? "");
    return token?.expiresAt ?? refuse();
  }
  const user = auth.identity.password?.user;
  if (method !== "password" || !user) refuse();
  const known = user.id
    ? user.id === userIdOf(project, credentials)
    : user.name === credentials.username && isDomain(user.domain, project);
  if (!known || !same(user.password, credentials.password)) refuse();
  return Number.POSITIVE_INFINITY;
}

/** Where a project and a domain are named, the project wins (IAM API, "Obtaining a User Token"). */
function scopeOf(auth: Auth, project: LabProject): Scope {
  const scope = auth.scope;
  if (scope === undefined || scope === "unscoped") return "none";
  const wanted = scope.project;
  if (wanted) {
    const right = wanted.id
      ? wanted.id === project.id
      : wanted.name === project.name && isDomain(wanted.domain, project);
    if (!right) refuse();
    return "project";
  }
  if (!isDomain(scope.domain, project)) refuse();
  return "domain";
}

function isDomain(domain: z.infer<typeof named> | undefined, project: LabProject): boolean {
  return domain?.id ? domain.id === project.domainId : domain?.name === project.domainName;
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refuse(): never {
  throw new Failed("unauthorized", "The request you have made requires authentication.");
}
