/** What the daemon writes down for those who use the lab: `lab.json` in its run directory. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { LabPlaces } from "./places.ts";

const probesSchema = z.object({
  ping: z.array(z.string()),
  tcp: z.string(),
  http: z.string(),
  https: z.string(),
  udp: z.string(),
  dns: z.string(),
  large: z.string(),
  /** Of labs that were brought up by an earlier version, absent. */
  echo: z.string().optional(),
  slow: z.string().optional(),
});

/** An entry of clouds.yaml, as python-openstacksdk reads it. */
const cloudEntrySchema = z.object({
  /** Absent for a plain OpenStack: it has none. */
  profile: z.string().optional(),
  auth: z.object({
    auth_url: z.string(),
    username: z.string(),
    password: z.string(),
    project_name: z.string(),
    project_id: z.string(),
    user_domain_name: z.string(),
    project_domain_name: z.string(),
    /** An access key, where the lab's cloud is one whose users mostly have those. */
    ak: z.string().optional(),
    sk: z.string().optional(),
  }),
  region_name: z.string(),
  interface: z.string(),
  identity_api_version: z.string(),
  /** With an access key there is no catalog to ask. */
  vpc_endpoint_override: z.string().optional(),
  eip_endpoint_override: z.string().optional(),
  ecs_endpoint_override: z.string().optional(),
  nat_endpoint_override: z.string().optional(),
});

const labFactsSchema = z.object({
  name: z.string(),
  scenario: z.string(),
  startedAt: z.string(),
  apiUrl: z.string(),
  cloud: cloudEntrySchema,
  probes: probesSchema,
});

export type LabProbes = z.infer<typeof probesSchema>;
export type CloudEntry = z.infer<typeof cloudEntrySchema>;
export type LabFacts = z.infer<typeof labFactsSchema>;

export function readFacts(places: LabPlaces): LabFacts {
  return labFactsSchema.parse(JSON.parse(readFileSync(places.facts, "utf8")));
}
