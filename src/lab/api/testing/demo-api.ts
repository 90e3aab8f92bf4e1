import { LabState } from "../../state.ts";
import { ApiFaults } from "../faults.ts";
import {
  addPublicIp,
  addServer,
  addSubnet,
  addVpc,
  bindPublicIp,
  defaultTableOf,
} from "../operations/index.ts";
import { type ApiOptions, startApi } from "../server.ts";

/** An answer as a test looks at it. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** What is at `path` in the answer's body, such as "publicip.id". */
export function at(reply: Reply, path: string): unknown {
  let value = reply.body;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(key);
  }
  return value;
}

/** The text at `path`, which has to be one. */
export function textAt(reply: Reply, path: string): string {
  const value = at(reply, path);
  if (typeof value !== "string") throw new Error(`no text at ${path} in ${JSON.stringify(reply.body)}`);
  return value;
}

/** The list at `path`, which has to be one. */
export function listAt(reply: Reply, path: string): readonly unknown[] {
  const value = at(reply, path);
  if (!Array.isArray(value)) throw new Error(`no list at ${path} in ${JSON.stringify(reply.body)}`);
  return value;
}

/** The ids of the objects in the list at `path`. */
export function idsAt(reply: Reply, path: string): string[] {
  return listAt(reply, path).map((_, index) => textAt(reply, `${path}.${index}.id`));
}

/** The access key of the demo's user. */
export const demoKey = { id: "DEMOACCESSKEY0000001", secret: "demo-secret-key-of-the-lab" };

/**
 * The cloud of the manual (one VPC, a subnet, a proxy with an EIP, a client without) behind a running API, and a
 * client of it that holds a token. For tests; close it at the end.
 */
export async function demoApi(options: Partial<ApiOptions> = {}) {
  const state = options.state ?? new LabState();
  const faults = new ApiFaults();
  const cloud = populate(state);
  const api = await startApi({
    state,
    credentials: { username: "lab", password: "secret", accessKey: demoKey },
    tokenLifetimeMs: 3_600_000,
    now: Date.now,
    commit: async () => undefined,
    servers: { create: async () => undefined, remove: async () => undefined },
    faults,
    ...options,
  });
  let token = "";

  async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
    const url = path.startsWith("http")
      ? path
      : `${api.url}${path.replace("/PROJECT", `/${state.project.id}`)}`;
    const response = await fetch(url, {
      method,
      headers: { "Content-Type": "application/json", "X-Auth-Token": token },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? undefined : JSON.parse(text),
    };
  }

  async function login(): Promise<void> {
    const reply = await ask("POST", "/v3/auth/tokens", passwordAuth(state));
    token = reply.headers.get("X-Subject-Token") ?? "";
  }

  await login();
  return { state, faults, ...cloud, ...api, ask, login };
}

export type DemoApi = Awaited<ReturnType<typeof demoApi>>;

/** The body that asks for a token of the lab's project. */
export function passwordAuth({ project }: LabState, password = "secret") {
  const domain = { name: project.domainName };
  return {
    auth: {
      identity: { methods: ["password"], password: { user: { name: "lab", password, domain } } },
      scope: { project: { name: project.name, domain } },
    },
  };
}

function populate(state: LabState) {
  const vpc = addVpc(state, { name: "vpc-demo", cidr: "192.168.0.0/16" });
  const subnet = addSubnet(state, { vpcId: vpc.id, name: "subnet-app", cidr: "192.168.125.0/24" });
  const proxy = addServer(state, { name: "ecs-proxy", nics: [{ subnetId: subnet.id, ip: "192.168.125.4" }] });
  const client = addServer(state, { name: "ecs-app-1", kind: "light", nics: [{ subnetId: subnet.id }] });
  const [proxyPort] = proxy.ports;
  const [clientPort] = client.ports;
  if (!proxyPort || !clientPort) throw new Error("a new server has a port");
  const eip = addPublicIp(state, { alias: "eip-proxy" });
  bindPublicIp(state, eip.id, proxyPort.id);
  const table = defaultTableOf(state, vpc.id);
  return { vpc, subnet, table, eip, proxy: proxy.server, proxyPort, client: client.server, clientPort };
}
