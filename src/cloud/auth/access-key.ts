/** Signed calls: no login, no token, and nothing to renew. */
import { z } from "zod";
import { cloudId } from "../../spec/forms.ts";
import { suggestion } from "../../spec/nearest.ts";
import { readAnswer } from "../answer.ts";
import { listOf } from "../answer-fields.ts";
import type { CloudConfig, Credentials } from "../config/cloud-config.ts";
import { configProblem } from "../config/problem.ts";
import type { Http, HttpCall } from "../http.ts";
import { overrideOf, unknownPlace } from "./catalog.ts";
import type { Reach } from "./reach.ts";
import type { Session } from "./session.ts";
import { sign } from "./signing.ts";

type AccessKey = Extract<Credentials, { readonly kind: "access-key" }>;

const projectsSchema = z.object({ projects: listOf(z.object({ id: cloudId, name: z.string() })) });

export function accessKeySession(
  http: Http,
  config: CloudConfig,
  key: AccessKey,
  { signing: scheme, urlOf }: Reach,
): Session {
  let project: Promise<string> | undefined;

  function signed(call: HttpCall, scope: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const extra = {
      ...scope,
      ...(key.securityToken === undefined ? {} : { "X-Security-Token": key.securityToken.reveal() }),
    };
    const { headers } = sign(
      {
        method: call.method,
        url: call.url,
        // Huawei's SDKs sign these too; OTC's adds them afterwards, unsigned.
        headers: { "Content-Type": "application/json", ...(scheme.kind === "plain" ? extra : {}) },
        body: call.body ?? "",
      },
      { accessKey: key.accessKey.reveal(), secretKey: key.secretKey.reveal() },
      scheme,
      http.clock.now(),
    );
    return { ...headers, ...extra, "Content-Type": "application/json" };
  }

  async function findProject(): Promise<string> {
    if (config.project?.id !== undefined) return config.project.id;
    const name = config.project?.name ?? config.region;
    if (name === undefined) {
      throw configProblem(
        `cloud ${config.name}: no project is chosen`,
        "an access key alone does not tell one",
        "Set project_name or project_id in clouds.yaml.",
      );
    }
    const url = new URL(`${config.authUrl}/projects`);
    url.searchParams.set("name", name);
    const call: HttpCall = { method: "GET", url };
    const domain = config.project?.domain?.id;
    const headers = signed(call, domain === undefined ? {} : { "X-Domain-Id": domain });
    const answer = await http.call({ ...call, headers });
    const { projects } = readAnswer(projectsSchema, answer, call, http.redactor);
    const found = projects.find((candidate) => candidate.name === name);
    if (found) return found.id;
    const names = projects.map((candidate) => candidate.name);
    // The list is of that name alone, where the cloud follows the question.
    const others =
      names.length === 0 ? "this key enters none of that name" : suggestion(name, names, "project");
    throw configProblem(
      `cloud ${config.name}: no project ${name}; ${others}`,
      `GET ${url.href} lists ${names.length} projects`,
      `Set project_name in clouds.yaml. It is the region's name, or begins with it: ${config.region ?? "REGION"}_NAME.`,
    );
  }

  function projectId(): Promise<string> {
    project ??= findProject().catch((error: unknown) => {
      project = undefined;
      throw error;
    });
    return project;
  }

  return {
    async authorize(call) {
      return signed(call, { "X-Project-Id": await projectId() });
    },
    renew: async () => false,
    projectId,
    account: async () => ({
      projectId: await projectId(),
      ...(config.project?.name === undefined ? {} : { projectName: config.project.name }),
    }),
    services: async () => [],
    async endpoint(service) {
      const url = overrideOf(config, service) ?? urlOf?.(config, service);
      if (url === undefined) throw unknownPlace(config, service);
      return url;
    },
  };
}
