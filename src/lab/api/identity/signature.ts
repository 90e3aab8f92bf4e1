/**
 * Requests that are signed with an access key instead of carrying a token, checked as the API gateway does it (Huawei "API
 * signing guide"; gophertelekomcloud `signer_helper.go` for OTC's way). Pure.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { LabCloudKind } from "../../state.ts";

export interface AccessKey {
  readonly id: string;
  readonly secret: string;
}

/** A request as it came over the wire. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** How far a signature's time may be from ours; what the real gateways allow is not documented. */
const toleranceMs = 15 * 60 * 1000;
const algorithm = "SDK-HMAC-SHA256";

export function isSigned(headers: SignedRequest["headers"]): boolean {
  return header(headers, "authorization").startsWith(`${algorithm} `);
}

/** What is wrong with the signature, in words; undefined where it is right. */
export function faultOfSignature(
  request: SignedRequest,
  key: AccessKey,
  cloud: LabCloudKind,
  nowMs: number,
): string | undefined {
  const { form, credential, names, signature } = partsOf(header(request.headers, "authorization"));
  const derived = cloud === "otc";
  if (form !== (derived ? "Credential" : "Access")) return "the Authorization header has another form";
  const [id = "", ...scope] = credential.split("/");
  if (id !== key.id) return `access key ${id} does not exist`;
  const signed = names.split(";");
  if (!signed.includes("host") || !signed.includes("x-sdk-date"))
    return "host and x-sdk-date have to be signed";
  const date = header(request.headers, "x-sdk-date");
  const time = timeOf(date);
  if (time === undefined) return "X-Sdk-Date is not YYYYMMDDTHHMMSSZ";
  if (Math.abs(time - nowMs) > toleranceMs) return "X-Sdk-Date is too far from now";
  const hash = sha256(canonical(request, signed));
  const right = derived
    ? hmac(
        scope.reduce<string | Buffer>((sealed, part) => hmac(sealed, part), `SDK${key.secret}`),
        [algorithm, date, scope.join("/"), hash].join("\n"),
      )
    : hmac(key.secret, [algorithm, date, hash].join("\n"));
  const ofToday =
    !derived || (scope.length === 4 && scope[0] === date.slice(0, 8) && scope[3] === "sdk_request");
  return ofToday && timingSafeEqual(right, Buffer.from(signature, "hex"))
    ? undefined
    : "verify aksk signature fail";
}

function partsOf(authorization: string) {
  const parts = /^\S+ (Access|Credential)=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const [, form = "", credential = "", names = "", signature = ""] = parts ?? [];
  return { form, credential, names, signature };
}

/** Method, path with a slash at its end, sorted query, the signed headers and their names, hash of the body. */
function canonical({ method, target, headers, body }: SignedRequest, signed: readonly string[]): string {
  const [path = "", query = ""] = target.split("?", 2);
  const segments = path.split("/").map((segment) => encoded(decodeURIComponent(segment)));
  const withSlash = segments.at(-1) === "" ? segments : [...segments, ""];
  const parameters = [...new URLSearchParams(query)].map(
    ([name, value]) => [encoded(name), encoded(value)] as const,
  );
  parameters.sort(([a, x], [b, y]) => order(a, b) || order(x, y));
  return [
    method,
    withSlash.join("/"),
    parameters.map((parameter) => parameter.join("=")).join("&"),
    ...signed.map((name) => `${name}:${header(headers, name).trim()}`),
    "",
    signed.join(";"),
    header(headers, "x-sdk-content-sha256") || sha256(body),
  ].join("\n");
}

function timeOf(date: string): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function header(headers: SignedRequest["headers"], name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join() : (value ?? "");
}

/** RFC 3986. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
