import { isRecord } from "./record.ts";

/** What a cloud's error body says, whichever of its services wrote it. */
export interface ErrorBody {
  /** The cloud's own code or type: VPC.2812, Ecs.0114, PortNotFound, itemNotFound. Absent where it gave none. */
  readonly code?: string;
  /** In the cloud's words; empty for an empty body. */
  readonly message: string;
  readonly requestId?: string;
  /** The body is a page or plain text: something before the API answered, or there is no such API. */
  readonly fromApi: boolean;
}

const longestMessage = 600;

/** Of a body. A page's marks are searched for in it, which takes longer than its length grows. */
const longestBody = 16 * 1024;

/**
 * Reads every shape that OTC, Huawei Cloud and OpenStack services answer with; never throws. `clean` strikes out
 * secrets: before decoding and after, and before anything is shortened, so that no piece of one is left.
 */
export function readErrorBody(source: string, clean: (text: string) => string = (text) => text): ErrorBody {
  const trimmed = clean(source).trim().slice(0, longestBody);
  if (trimmed === "") return { message: "", fromApi: false };
  const body = parsed(trimmed);
  if (isRecord(body)) return readObject(body, clean) ?? { message: cut(trimmed), fromApi: true };
  return { message: cut(clean(trimmed.startsWith("<") ? pageText(trimmed) : trimmed)), fromApi: false };
}

function readObject(
  body: Readonly<Record<string, unknown>>,
  clean: (text: string) => string,
): ErrorBody | undefined {
  const requestId = clean(text(body.request_id));
  const made = (code: unknown, message: unknown): ErrorBody => ({
    ...(text(code) === "" ? {} : { code: clean(text(code)) }),
    message: cut(clean(text(message))),
    ...(requestId === "" ? {} : { requestId }),
    fromApi: true,
  });
  if ("error_code" in body || "error_msg" in body) return made(body.error_code, body.error_msg);
  if ("code" in body && "message" in body) return made(body.code, body.message);
  if (isRecord(body.error))
    return made(body.error.code ?? body.error.title, body.error.message ?? body.error.title);
  if (isRecord(body.NeutronError)) return made(body.NeutronError.type, body.NeutronError.message);
  // Neutron reports some faults as a bare sentence.
  if (typeof body.NeutronError === "string") return made("", body.NeutronError);
  for (const [key, value] of Object.entries(body)) {
    // Nova: {"itemNotFound": {"code": 404, "message": ...}}; the key says more than the repeated status.
    if (isRecord(value) && "message" in value) return made(key, value.message);
  }
  if ("message" in body) return made("", body.message);
  return undefined;
}

function parsed(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** A page's title and words, without its marks. */
function pageText(page: string): string {
  const title = /<title[^<>]*>([^<]*)<\/title>/i.exec(page)?.[1]?.trim();
  if (title) return title;
  return page
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^<>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

function cut(message: string): string {
  const flat = message.replace(/\s+/g, " ").trim();
  return flat.length > longestMessage ? `${flat.slice(0, longestMessage)}...` : flat;
}
