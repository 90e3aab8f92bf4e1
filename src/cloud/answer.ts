import type { z } from "zod";
import { problemOfShape } from "./errors.ts";
import type { HttpCall } from "./http.ts";
import { excessOf } from "./json-bounds.ts";
import type { Redactor } from "./redactor.ts";
import type { WireAnswer } from "./wire.ts";

/** The answer's JSON in the documented shape. Fields that the schema does not name pass unseen. */
export function readAnswer<T>(
  schema: z.ZodType<T>,
  answer: WireAnswer,
  call: HttpCall,
  redactor: Redactor,
): T {
  const failed = { method: call.method, url: call.url, attempts: 1 };
  const excess = excessOf(answer.body);
  if (excess !== undefined) throw problemOfShape(failed, `the answer has ${excess}`, redactor);
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch {
    const kind = answer.body.trimStart().startsWith("<") ? "a web page" : "not JSON";
    throw problemOfShape(failed, `${answer.status}, ${kind} (${answer.body.length} characters)`, redactor);
  }
  const checked = schema.safeParse(value);
  if (checked.success) return checked.data;
  const issue = checked.error.issues[0];
  const field = issue?.path.map(String).join(".") || "the whole answer";
  throw problemOfShape(failed, `${field}: ${issue?.message ?? "not as documented"}`, redactor);
}
