import type { ApiFault, ApiFaultKind } from "../api/faults.ts";
import { type Fault, usageProblem, wordsOf } from "./fault.ts";

const options = {
  status: { type: "string" },
  count: { type: "string" },
  path: { type: "string" },
  method: { type: "string" },
  "retry-after": { type: "string" },
} as const;

/** What `--status` may say, what the API then does, and how that reads. */
const kinds: Readonly<Record<string, { readonly kind: ApiFaultKind; readonly effect: string }>> = {
  "500": { kind: "error", effect: "answer 500" },
  "429": { kind: "throttle", effect: "answer 429" },
  timeout: { kind: "hang", effect: "get no answer" },
  reset: { kind: "drop", effect: "are cut off before anything is done" },
  lost: { kind: "lose-answer", effect: "are done, and cut off before the answer" },
};

/** The cloud's API answers with an error, not at all, or hangs up. */
export const api: Fault = {
  name: "api",
  usage: `api --status ${Object.keys(kinds).join("|")} [--count N] [--path P] [--method M] [--retry-after SECONDS]`,
  summary: "makes API calls fail: all or the next N, of every path and method or of one",
  async break(words, lab) {
    const { values } = wordsOf(api, words, options, { min: 0, max: 0 });
    const answer = kinds[values.status ?? ""];
    if (!answer)
      throw usageProblem(api, `--status ${values.status ?? "is missing"}: ${Object.keys(kinds).join(", ")}`);
    const calls = wholeNumber("count", values.count, 1);
    const retryAfterSeconds = wholeNumber("retry-after", values["retry-after"], 0);
    if (retryAfterSeconds !== undefined && answer.kind !== "throttle")
      throw usageProblem(api, `--retry-after goes with --status 429, not with ${values.status}`);
    const method = values.method?.toUpperCase();
    if (method !== undefined && !methods.includes(method))
      throw usageProblem(api, `--method ${values.method} is none of ${methods.join(", ")}`);
    if (values.path !== undefined && !values.path.startsWith("/"))
      throw usageProblem(api, `--path ${values.path} does not begin with /`);
    const fault: ApiFault = {
      kind: answer.kind,
      ...(calls === undefined ? {} : { calls }),
      ...(values.path === undefined ? {} : { path: values.path }),
      ...(method === undefined ? {} : { method }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
    const id = lab.api.add(fault);
    const many = calls === undefined ? "API calls" : `the next ${calls} API calls`;
    const which = [method, values.path].filter(Boolean).join(" ");
    return {
      effect: `${many}${which ? ` to ${which}` : ""} ${answer.effect}`,
      ...(calls === undefined
        ? {}
        : { ends: calls === 1 ? "with that call" : `with the last of these ${calls} calls` }),
      mend: async () => lab.api.clear(id),
      isOver: () => !lab.api.list().some((active) => active.id === id),
    };
  },
};

/** Those that the lab's API has. */
const methods: readonly string[] = ["GET", "POST", "PUT", "DELETE"];

function wholeNumber(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < least)
    throw usageProblem(api, `--${name} ${text} is not a whole number from ${least} on`);
  return value;
}
