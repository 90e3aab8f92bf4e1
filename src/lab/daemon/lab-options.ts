import type { LaunchPlan } from "../client/launch-plan.ts";
import type { LabPlaces } from "../client/places.ts";

/** What a lab starts from. */
export interface LabOptions {
  readonly places: LabPlaces;
  readonly plan: LaunchPlan;
  /** The outermost process of the lab, in the machine's numbers: ssh enters the lab's Internet through it. */
  readonly holder: number;
}
