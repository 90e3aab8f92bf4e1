/** An OpenStack API, as any HTTP client sees it: one token, the catalogue's addresses. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

export type Service = "identity" | "network" | "compute" | "image";

export interface Answer {
  readonly status: number;
  /** Parsed JSON; null where there is no body, the text where it is not JSON. */
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Endpoint {
  readonly projectId: string;
  /** `path` follows the service's address in the catalogue. */
  call(
    service: Service,
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

const cloudsSchema = z.object({
  clouds: z.record(
    z.string(),
    z.object({
      region_name: z.string(),
      auth: z.object({
        auth_url: z.string(),
        username: z.string(),
        password: z.string(),
        user_domain_name: z.string(),
        project_name: z.string(),
        project_domain_name: z.string().optional(),
        project_id: z.string().optional(),
      }),
    }),
  ),
});
const tokenSchema = z.object({
  token: z.object({
    project: z.object({ id: z.string() }),
    catalog: z.array(
      z.object({
        type: z.string(),
        endpoints: z.array(z.object({ interface: z.string(), region: z.string(), url: z.string() })),
      }),
    ),
  }),
});

export type CloudEntry = z.infer<typeof cloudsSchema>["clouds"][string];

export function readEntry(cloudsFile: string, name: string): CloudEntry {
  const entry = cloudsSchema.parse(parse(readFileSync(cloudsFile, "utf8"))).clouds[name];
  if (!entry) throw new Error(`${cloudsFile} has no entry ${name}`);
  return entry;
}

/** The body of a login by password, scoped to the entry's project. */
function loginBody({ auth }: CloudEntry): unknown {
  const domain = { name: auth.user_domain_name };
  return {
    auth: {
      identity: {
        methods: ["password"],
        password: { user: { name: auth.username, password: auth.password, domain } },
      },
      scope: {
        project:
          auth.project_id === undefined
            ? { name: auth.project_name, domain: { name: auth.project_domain_name ?? domain.name } }
            : { id: auth.project_id },
      },
    },
  };
}

export async function openEndpoint(entry: CloudEntry): Promise<Endpoint> {
  const login = await request("POST", `${entry.auth.auth_url}/auth/tokens`, loginBody(entry), {});
  if (login.status !== 201) throw new Error(`no token: ${login.status} ${JSON.stringify(login.body)}`);
  const { token } = tokenSchema.parse(login.body);
  const addresses = new Map(
    token.catalog.map(({ type, endpoints }) => [
      type,
      endpoints.find((each) => each.interface === "public" && each.region === entry.region_name)?.url,
    ]),
  );
  const auth = { "x-auth-token": login.headers.get("x-subject-token") ?? "" };
  return {
    projectId: token.project.id,
    call: async (service, method, path, body, headers) => {
      const base = service === "identity" ? entry.auth.auth_url.replace(/\/v3$/, "") : addresses.get(service);
      if (base === undefined) throw new Error(`the catalogue has no ${service}`);
      return await request(method, base + path, body, { ...auth, ...headers });
    },
  };
}

async function request(
  method: string,
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    signal: AbortSignal.timeout(60_000),
    // A text is sent as it is: some calls are bad on purpose.
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: parsed(await response.text()), headers: response.headers };
}

function parsed(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
