/** What the command that brings a lab up tells its daemon: a file in the run directory. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { LabImage } from "../images/ensure-image.ts";
import { scenarioSchema } from "../scenarios/schema.ts";
import type { LabPlaces } from "./places.ts";

const imageSchema = z.object({
  name: z.enum(["debian", "sysv"]),
  lower: z.array(z.string()).readonly(),
  caCertificate: z.string(),
  caKey: z.string(),
  siteCertificate: z.string(),
  siteKey: z.string(),
  mirror: z.string(),
}) satisfies z.ZodType<LabImage>;

const launchPlanSchema = z.object({
  /** The scenario's name, or the path it was read from. */
  name: z.string(),
  scenario: scenarioSchema,
  /** `none`: the API alone, without servers and packets. */
  fabric: z.enum(["kernel", "none"]),
  /** Ready images, made before the daemon starts: it could not see which ones other labs use. */
  images: z.array(imageSchema),
});

export type LaunchPlan = z.infer<typeof launchPlanSchema>;

export function readLaunchPlan(places: LabPlaces): LaunchPlan {
  return launchPlanSchema.parse(JSON.parse(readFileSync(places.plan, "utf8")));
}
