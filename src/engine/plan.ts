/** The plan: what would be changed and because of what. Data; cli and console draw the same. */
import type { GatewayPlan, Plan, PlannedBlock, PlannedChange } from "../report/events.ts";
import { movesEip } from "../steps/all-steps.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { Recipe } from "../steps/recipe.ts";
import type { Seen } from "./observe.ts";
import type { StaleStep } from "./stale.ts";

export interface PlanInput {
  readonly gateway: Gateway;
  readonly recipe: Recipe;
  readonly seen: readonly Seen[];
  readonly stale: readonly StaleStep[];
  /** Another spec, by which the gateway was changed last. */
  readonly otherFile?: string;
}

/** Pure: the same observations give the same plan. */
export function makePlan(inputs: readonly PlanInput[], options: { readonly adopt: boolean }): Plan {
  const claims = claimsOf(inputs);
  const gateways = inputs.map((input) => planGateway(input, claims, options));
  const count = (of: (plan: GatewayPlan) => readonly unknown[]) =>
    gateways.reduce((sum, plan) => sum + of(plan).length, 0);
  return {
    gateways,
    summary: {
      changes: count((plan) => plan.changes),
      right: count((plan) => plan.right),
      blocked: count((plan) => plan.blocked),
    },
  };
}

/** Which gateways of the spec want what only one can have. */
type Claims = ReadonlyMap<string, readonly string[]>;

function claimsOf(inputs: readonly PlanInput[]): Claims {
  const steps = inputs.flatMap(({ seen }) => seen.map(({ step }) => step));
  const claims = steps.flatMap(({ claim, gateway }) => (claim ? [{ id: claim.id, gateway }] : []));
  const byId = Map.groupBy(claims, ({ id }) => id);
  return new Map([...byId].map(([id, rivals]) => [id, rivals.map(({ gateway }) => gateway)]));
}

function planGateway(
  { gateway, recipe, seen, stale, otherFile }: PlanInput,
  claims: Claims,
  options: { readonly adopt: boolean },
): GatewayPlan {
  const changes: PlannedChange[] = [];
  const right: PlannedChange[] = [];
  const blocked: PlannedBlock[] = [];
  const warnings = gatewayWarnings(gateway);
  for (const { step, observation } of seen) {
    const { id, kind, object, title, claim } = step;
    const line = { id, step: kind, object, title };
    const rivals = claim ? (claims.get(claim.id) ?? []).filter((name) => name !== gateway.name) : [];
    if (claim && rivals.length > 0) {
      const because = `gateway ${rivals.join(" and ")} wants ${claim.thing} too, and there is only one`;
      blocked.push({ ...line, because, hint: claim.hint, adoptable: false });
      continue;
    }
    if (!("decide" in observation)) {
      // Before the proxy has its EIP nobody can log in: what is on the host is read once it can be reached.
      const opensTheWay = changes.some((one) => movesEip(one.step));
      if (opensTheWay) {
        const because = `${object} can be reached only after the changes above; what is there is read then`;
        const none = { before: "known later", after: "known later", notice: "", warnings: [] };
        changes.push({ ...line, action: "later", because, ...none });
      } else {
        const { summary: because, detail, hint = "" } = observation;
        const said = detail === undefined ? {} : { detail };
        blocked.push({ ...line, because, ...said, hint, adoptable: false });
      }
      continue;
    }
    const decision = observation.decide(options);
    if (decision.action === "blocked") {
      const { because, hint, adoptable } = decision;
      blocked.push({ ...line, because, hint, adoptable });
      continue;
    }
    const before = observation.observed.is === "absent" ? null : observation.text;
    const { action, because } = decision;
    warnings.push(...(decision.warnings ?? []));
    const more = { before, warnings: decision.warnings ?? [] };
    if (decision.action === "none") {
      right.push({ ...line, action, because, ...more, after: before, notice: "" });
    } else {
      changes.push({ ...line, action, because, ...more, after: decision.after, notice: decision.notice });
    }
  }
  if (recipe.kind === "refused") blocked.push(refusal(gateway, recipe));
  // Without a way for the packets nothing can be said of what stands: it stays.
  for (const { entry, because, notice } of recipe.kind === "refused" ? [] : stale) {
    changes.push({
      id: entry.stepId,
      step: entry.kind,
      object: entry.object,
      title: `Take back: ${entry.title}`,
      action: "remove",
      because,
      before: null,
      after: "as before Wayout",
      notice,
      warnings: [],
    });
  }
  if (otherFile !== undefined && stale.length > 0) {
    const because = `${gateway.name} is of ${otherFile} so far: what that file asks for and this one does not would be taken back`;
    if (options.adopt) warnings.push(because);
    else blocked.push(ofAnotherFile(gateway.name, because));
  }
  const { kind, because } = recipe;
  return { name: gateway.name, recipe: { kind, because }, changes, right, blocked, warnings };
}

/** Whoever writes a second file may not know that the first one has a gateway of that name: its clients would lose their way out. */
function ofAnotherFile(name: string, because: string): PlannedBlock {
  return {
    id: `${name}: file`,
    step: "file",
    object: name,
    title: `Take ${name} over from another file`,
    because,
    hint: "Another name makes a gateway of its own; --adopt goes on with this one by this file.",
    adoptable: true,
  };
}

function refusal(
  { name, vpc }: Gateway,
  { because, hint }: Extract<Recipe, { kind: "refused" }>,
): PlannedBlock {
  return {
    id: `${name}: recipe`,
    step: "recipe",
    object: vpc.name,
    title: `Lead the packets of ${vpc.name} to the proxy`,
    because,
    hint,
    adoptable: false,
  };
}

function gatewayWarnings({ clients, vpc, proxies, spec }: Gateway): string[] {
  const withEip = clients.filter((client) => client.publicIp !== undefined);
  return [
    ...(withEip.length > 0
      ? [
          `${withEip
            .slice(0, 5)
            .map((client) => `${client.server.name} (${client.publicIp})`)
            .join(
              ", ",
            )}${withEip.length > 5 ? ` and ${withEip.length - 5} more` : ""}: a server with an EIP uses it and not the gateway`,
        ]
      : []),
    ...(vpc.sharedSnat && (vpc.router === undefined || spec.recipe !== "auto")
      ? [
          `${vpc.name} has the platform's shared SNAT: its servers have a way out already; the route wins over it`,
        ]
      : []),
    ...proxies
      .filter(({ nics }) => nics.length > 1)
      .map(
        ({ server, nics, nic }) =>
          `${server.name} has ${nics.length} NICs in ${vpc.name}; the one with ${nic.ip} is used`,
      ),
  ];
}
