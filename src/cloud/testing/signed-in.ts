/** A small cloud with Keystone in front: what every test of a resource needs. */
import type { CloudConfig } from "../config/cloud-config.ts";
import { Secret } from "../secret.ts";
import {
  type Answerer,
  type Reply,
  type SeenRequest,
  type SmallCloud,
  startSmallCloud,
} from "./small-cloud.ts";

export const projectId = "0123456789abcdef0123456789abcdef";
export const password = "correct horse";

/** Answers logins itself and gives everything else to `answer`. */
export async function startSignedInCloud(answer: Answerer): Promise<SmallCloud> {
  let tokens = 0;
  const cloud: SmallCloud = await startSmallCloud((request) => {
    if (request.url.pathname !== "/v3/auth/tokens") return answer(request);
    tokens += 1;
    return tokenReply(cloud.origin, `token-number-${tokens}`);
  });
  return cloud;
}

export function tokenReply(origin: string, token: string, lifeMs = 86_400_000): Reply {
  const issued = Date.now();
  const endpoint = (url: string) => ({ interface: "public", region: "eu-de", region_id: "eu-de", url });
  return {
    status: 201,
    headers: { "X-Subject-Token": token },
    body: {
      token: {
        issued_at: new Date(issued).toISOString(),
        expires_at: new Date(issued + lifeMs).toISOString(),
        project: { id: projectId, name: "eu-de_demo" },
        catalog: [
          { type: "vpc", endpoints: [endpoint(`${origin}/v1/${projectId}`)] },
          { type: "network", endpoints: [endpoint(origin)] },
          { type: "ecs", endpoints: [endpoint(`${origin}/v1/${projectId}`)] },
        ],
      },
    },
  };
}

export function configFor(origin: string, changes: Partial<CloudConfig> = {}): CloudConfig {
  const domain = { name: "OTC00000000001000000001" };
  return {
    name: "demo",
    source: "clouds.yaml",
    profile: "otc",
    authUrl: `${origin}/v3`,
    credentials: { kind: "password", user: { name: "alice", domain }, password: new Secret(password) },
    project: { name: "eu-de_demo", domain },
    region: "eu-de",
    interface: "public",
    tls: { verify: true },
    endpoints: {},
    ...changes,
  };
}

export function loginsIn(seen: readonly SeenRequest[]): number {
  return seen.filter((request) => request.url.pathname === "/v3/auth/tokens").length;
}
