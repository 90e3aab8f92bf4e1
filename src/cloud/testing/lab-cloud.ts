/** A driver joined to the lab's API over HTTP, on a clock that does not wait. */
import { type DemoApi, demoApi, demoKey } from "../../lab/api/testing/demo-api.ts";
import { type LabCloudKind, LabState } from "../../lab/state.ts";
import type { Clock } from "../clock.ts";
import type { Cloud, Route } from "../cloud.ts";
import type { CloudConfig } from "../config/cloud-config.ts";
import { openCloud } from "../open-cloud.ts";
import { Secret } from "../secret.ts";
import { configFor } from "./signed-in.ts";

export interface LabCloud {
  readonly lab: DemoApi;
  readonly cloud: Cloud;
  /** Calls since `mark` of the lab's log, without logins: "GET /v1/PROJECT/vpcs". */
  callsSince(mark: number): readonly string[];
  /** Through the demo's proxy, unless changed. */
  defaultRoute(changes?: Partial<Route>): Route;
}

/** Retries come at once. */
export const hastyClock: Clock = { now: Date.now, random: () => 0, sleep: async () => undefined };

/** As the users of that cloud mostly log in: with a password on OTC, with an access key on Huawei Cloud. */
export async function openLabCloud(kind: LabCloudKind = "otc"): Promise<LabCloud> {
  const lab = await demoApi({ state: new LabState(kind) });
  const config = kind === "huawei" ? accessKeyConfig(lab, "huaweicloud") : labConfig(lab);
  const cloud = openCloud(config, { clock: hastyClock });
  return {
    lab,
    cloud,
    callsSince: (mark) =>
      lab
        .calls()
        .slice(mark)
        .filter((call) => !call.path.startsWith("/v3/auth"))
        .map(
          (call) =>
            `${call.method} ${call.path.replace(lab.state.project.id, "PROJECT").replace(/\?.*/, "")}`,
        ),
    defaultRoute: (changes = {}) => ({
      destination: "0.0.0.0/0",
      type: "ecs",
      nextHop: lab.proxy.id,
      description: "wayout:egress",
      ...changes,
    }),
  };
}

export function labConfig(lab: DemoApi, password = "secret", project = lab.state.project.name): CloudConfig {
  const domain = { name: lab.state.project.domainName };
  return configFor(lab.url, {
    credentials: { kind: "password", user: { name: "lab", domain }, password: new Secret(password) },
    project: { name: project, domain },
    region: lab.state.project.region,
  });
}

export function accessKeyConfig(
  lab: DemoApi,
  profile: "otc" | "huaweicloud",
  secret = demoKey.secret,
): CloudConfig {
  const { url } = lab;
  return configFor(url, {
    profile,
    credentials: {
      kind: "access-key",
      accessKey: new Secret(demoKey.id),
      secretKey: new Secret(secret),
    },
    project: { name: lab.state.project.name },
    region: lab.state.project.region,
    endpoints: { vpc: url, eip: url, ecs: url, nat: url },
  });
}
