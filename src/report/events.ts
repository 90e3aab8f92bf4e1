import type { JsonValue } from "./json-value.ts";
import type { ProblemFields } from "./problem.ts";

/** One line of a plan: a step, what it would do and why. Stable as JSON: fields are only ever added. */
export interface PlannedChange {
  readonly id: string;
  readonly step: string;
  readonly object: string;
  readonly title: string;
  readonly action: "none" | "create" | "change" | "adopt" | "later" | "remove";
  readonly because: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
  readonly notice: string;
  readonly warnings: readonly string[];
}

export interface PlannedBlock {
  readonly id: string;
  readonly step: string;
  readonly object: string;
  readonly title: string;
  readonly because: string;
  /** What was tried and what came of it, in lines: ssh's own words. */
  readonly detail?: string;
  readonly hint: string;
  readonly adoptable: boolean;
}

export interface GatewayPlan {
  readonly name: string;
  /** By which way the clients' packets come to the proxy, or why by none. */
  readonly recipe?: {
    readonly kind: "route-table" | "router-route" | "subnet-gateway" | "host-routes" | "nothing" | "refused";
    readonly because: string;
  };
  /** Steps that change something, in the order in which they would be made. */
  readonly changes: readonly PlannedChange[];
  /** Steps that are already right, each with its reason. */
  readonly right: readonly PlannedChange[];
  readonly blocked: readonly PlannedBlock[];
  /** What the user should know and no step changes: a client with its own EIP, a shared route table. */
  readonly warnings: readonly string[];
}

export interface Plan {
  readonly gateways: readonly GatewayPlan[];
  readonly summary: { readonly changes: number; readonly right: number; readonly blocked: number };
}

export interface CheckResult {
  /** The check's file name below checks/. */
  readonly check: string;
  readonly gateway: string;
  readonly from: string;
  readonly to: string;
  /** null: could not be tried; `evidence` says why. */
  readonly ok: boolean | null;
  readonly evidence: string;
}

export type StepOutcome = "done" | "undone" | "already" | "left" | "failed" | "not-executed";

export interface StepResult {
  readonly id: string;
  readonly step: string;
  readonly object: string;
  readonly title: string;
  readonly outcome: StepOutcome;
  readonly because?: string;
  readonly problem?: Omit<ProblemFields, "cause">;
  readonly durationMs: number;
}

/** What the engine tells while it works; a renderer puts it into words. */
export type Event =
  | {
      readonly kind: "phase";
      readonly phase: "observe" | "plan" | "apply" | "verify" | "undo" | "drill";
      readonly text: string;
    }
  | { readonly kind: "planned"; readonly plan: Plan }
  /** From here on a person is asked, on the same terminal. */
  | { readonly kind: "asking" }
  | {
      readonly kind: "run-started";
      readonly run: string;
      readonly operation: "apply" | "undo";
      readonly steps: number;
    }
  | { readonly kind: "step-started"; readonly id: string; readonly title: string }
  | { readonly kind: "step-finished"; readonly result: StepResult }
  | { readonly kind: "check-finished"; readonly result: CheckResult }
  | { readonly kind: "run-finished"; readonly run: string; readonly outcome: "done" | "failed" | "stopped" }
  | { readonly kind: "note"; readonly text: string }
  | { readonly kind: "warning"; readonly text: string };

export type Report = (event: Event) => void;
