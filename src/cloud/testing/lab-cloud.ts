/** The OTC driver joined to the lab's API over HTTP, on a clock that does not wait. */
import { type DemoApi, demoApi } from "../../lab/api/testing/demo-api.ts";
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

export async function openLabCloud(): Promise<LabCloud> {
  const lab = await demoApi();
  const cloud = openCloud(labConfig(lab), { clock: hastyClock });
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
