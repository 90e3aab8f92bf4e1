/** A cloud that lets everybody in and then answers as a test says: real HTTP on loopback. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @param turn how often this path was asked for before. */
export type Answers = (path: string, query: URLSearchParams, response: ServerResponse, turn: number) => void;

export interface HostileCloud extends AsyncDisposable {
  /** With clouds.yaml and wayout.yaml: where a command is run. */
  readonly folder: string;
  readonly calls: () => number;
}

export type Kind = "otc" | "openstack";

export async function startHostileCloud(
  answers: Answers,
  { kind = "otc", login }: { readonly kind?: Kind; readonly login?: (response: ServerResponse) => void } = {},
): Promise<HostileCloud> {
  const turns = new Map<string, number>();
  let calls = 0;
  let origin = "";
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    request.resume();
    const url = new URL(request.url ?? "/", "http://localhost");
    if (url.pathname.endsWith("/auth/tokens")) {
      if (login) login(response);
      else respond(response, token(origin), { "x-subject-token": "the-token" }, 201);
      return;
    }
    calls += 1;
    const turn = turns.get(url.pathname) ?? 0;
    turns.set(url.pathname, turn + 1);
    answers(url.pathname, url.searchParams, response, turn);
  };
  const server = createServer(serve);
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  origin = `http://127.0.0.1:${address.port}`;
  const folder = mkdtempSync(join(tmpdir(), "wayout-hostile-"));
  writeFileSync(join(folder, "clouds.yaml"), cloudsFile(origin, kind), { mode: 0o600 });
  writeFileSync(
    join(folder, "wayout.yaml"),
    "cloud: hostile\ngateways:\n- {name: g, vpc: v, proxies: [p], subnets: [s]}\n",
  );
  return {
    folder,
    calls: () => calls,
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export function respond(
  response: ServerResponse,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body));
}

function token(origin: string) {
  const endpoints = [{ interface: "public", region: "r", url: origin }];
  const types = ["vpc", "network", "ecs", "compute", "eip", "nat"];
  return {
    token: {
      expires_at: "2100-01-01T00:00:00Z",
      project: { id: "p-1", name: "p" },
      catalog: types.map((type) => ({ type, endpoints })),
    },
  };
}

function cloudsFile(origin: string, kind: Kind): string {
  return [
    "clouds:",
    "  hostile:",
    `    wayout_driver: ${kind}`,
    "    region_name: r",
    "    auth:",
    `      auth_url: ${origin}/v3`,
    "      username: u",
    "      password: a-long-password",
    "      user_domain_name: d",
    "      project_name: p",
    "      project_domain_name: d",
    "",
  ].join("\n");
}
