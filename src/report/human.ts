/** The engine's results in words for a terminal. Plain ASCII; colour only adds, it never means alone. */
import type { CheckResult, GatewayPlan, Plan, StepResult } from "./events.ts";
import type { JsonValue } from "./json-value.ts";
import type { Problem, ProblemFields } from "./problem.ts";
import { linesOf, oneLine } from "./visible.ts";

const signs = { create: "+", change: "~", adopt: "~", later: "?", remove: "-", none: "=" } as const;

export function planText(plan: Plan): string {
  const { changes, right, blocked } = plan.summary;
  const head = `plan: ${count(changes, "change")}, ${right} already right${blocked > 0 ? `, ${blocked} blocked` : ""}`;
  return [head, ...plan.gateways.map(gatewayText)].join("\n");
}

const wayWords = {
  "route-table": "by route table",
  "router-route": "by a route of the router",
  "subnet-gateway": "by the subnet's gateway",
  "host-routes": "by host routes",
  nothing: "nothing to do",
} as const;

function gatewayText({ name, recipe, changes, right, blocked, warnings }: GatewayPlan): string {
  const lines = [`gateway ${name}`];
  // A refusal stands among what is blocked, with its hint.
  if (recipe && recipe.kind !== "refused") lines.push(`  ${wayWords[recipe.kind]}: ${recipe.because}`);
  for (const { action, title, because, before, after, notice } of changes) {
    lines.push(`  ${signs[action]} ${title}`, `      because ${because}`);
    if (action === "change" || action === "adopt") lines.push(`      now     ${valueText(before)}`);
    if (action !== "later" && action !== "remove") lines.push(...valueLines(after));
    if (notice !== "") lines.push(`      notice  ${notice}`);
  }
  for (const { title, because } of right) lines.push(`  = ${title}`, `      because ${because}`);
  for (const [at, { title, because, detail, hint }] of blocked.entries()) {
    // Several steps are blocked by one host that does not answer.
    const told = detail === undefined || blocked.slice(0, at).some((one) => one.detail === detail);
    lines.push(
      `  ! ${title}`,
      `      blocked because ${because}`,
      ...(told ? [] : seenLines(detail).map((line) => `      ${line}`)),
      ...(hint === "" ? [] : [`      hint    ${hint}`]),
    );
  }
  return linesOf([...lines, ...unique(warnings).map((text) => `  warning: ${text}`)]);
}

/** "then" and the value; lists of several one below the other. */
function valueLines(after: JsonValue): string[] {
  if (typeof after !== "object" || after === null || Array.isArray(after))
    return [`      then    ${valueText(after)}`];
  const lines: string[] = [];
  for (const [key, value] of Object.entries(after)) {
    const items = Array.isArray(value) ? value.map(valueText) : [valueText(value)];
    if (items.length === 0) continue;
    const shown = items.length > 6 ? [...items.slice(0, 5), `and ${items.length - 5} more`] : items;
    lines.push(
      `      then    ${spaced(key)}: ${shown[0]}`,
      ...shown.slice(1).map((item) => `              ${item}`),
    );
  }
  return lines;
}

function valueText(value: JsonValue): string {
  if (value === null) return "none";
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return value.map(valueText).join(", ");
  return Object.entries(value)
    .map(([key, one]) => `${spaced(key)} ${valueText(one)}`)
    .join(", ");
}

/** "rulesInOtherGroups" as "rules in other groups". */
function spaced(key: string): string {
  return key.replace(/_/g, " ").replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export function stepText({ outcome, title, because, problem, durationMs }: StepResult): string {
  const words = {
    done: "done     ",
    undone: "undone   ",
    already: "already  ",
    left: "left     ",
    failed: "FAILED   ",
    "not-executed": "not done ",
  } as const;
  const reason = problem?.summary ?? (outcome === "done" ? undefined : because);
  const time = outcome === "done" || outcome === "undone" ? ` (${seconds(durationMs)})` : "";
  return oneLine(`${words[outcome]}${title}${time}${reason === undefined ? "" : `: ${reason}`}`);
}

export function checkText({ check, from, to, ok, evidence }: CheckResult): string {
  const word = ok === null ? "not tried" : ok ? "ok       " : "FAILED   ";
  return oneLine(`${word} ${from} ${check} ${to}: ${evidence.replace(/\s*\n\s*/g, "; ")}`);
}

/** Each problem once: what several steps on one object ran into is told with all of them. */
export function problemsText(problems: readonly Problem[]): string {
  const same = Map.groupBy(problems, ({ code, summary, at }) => JSON.stringify([code, summary, at?.object]));
  return [...same.values()]
    .flatMap((all) => {
      const [first] = all;
      if (!first) return [];
      const steps = unique(all.flatMap(({ at }) => (at ? [at.step] : []))).join(", ");
      return [problemText(first.at ? { ...first.toJSON(), at: { ...first.at, step: steps } } : first)];
    })
    .join("\n");
}

export function problemText(problem: Problem | Omit<ProblemFields, "cause">): string {
  const place = problem.at === undefined ? "" : `${problem.at.step} of ${problem.at.object}: `;
  const lines = [`error: ${place}${problem.summary}`];
  if (problem.detail !== undefined && problem.detail !== "") {
    lines.push(...seenLines(problem.detail).map((line) => `  ${line}`));
  }
  if (problem.hint !== undefined && problem.hint !== "") lines.push(`  hint: ${problem.hint}`);
  return linesOf([...lines, `  code: ${problem.code}`]);
}

/** What was seen, line by line. The bar tells it from Wayout's own lines, whose words a host could print too. */
export function seenLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => `| ${line.replaceAll("\t", "    ")}`);
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
