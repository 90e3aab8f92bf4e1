/**
 * Request signing with an access key, as OTC and Huawei Cloud check it (Huawei "API signing guide";
 * huaweicloud-sdk-nodejs-v3 AKSKSigner.ts; gophertelekomcloud signer_helper.go). Pure.
 */
import { createHash, createHmac } from "node:crypto";

const algorithm = "SDK-HMAC-SHA256";

/**
 * How the key signs. `plain`: the secret key itself (Huawei's SDKs). `derived`: a key per day, region and service
 * (OTC's Go SDK and Terraform provider, which leave region and service empty).
 */
export type SigningScheme =
  | { readonly kind: "plain" }
  | { readonly kind: "derived"; readonly region: string; readonly service: string };

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  /** The headers to be signed, without host and x-sdk-date, which always are. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Signature {
  readonly canonicalHash: string;
  readonly signature: string;
  /** To be sent along with the signed headers; Host is sent by the runtime. */
  readonly headers: { readonly "X-Sdk-Date": string; readonly Authorization: string };
}

export function sign(
  request: SignedRequest,
  key: { readonly accessKey: string; readonly secretKey: string },
  scheme: SigningScheme,
  nowMs: number,
): Signature {
  const dateTime = sdkDate(nowMs);
  const signed = Object.entries({ ...request.headers, host: request.url.host, "x-sdk-date": dateTime })
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const canonical = [
    request.method.toUpperCase(),
    canonicalPath(request.url.pathname),
    canonicalQuery(request.url.searchParams),
    signed.map(([name, value]) => `${name}:${value}\n`).join(""),
    names,
    sha256(request.body),
  ].join("\n");
  const canonicalHash = sha256(canonical);
  const { signature, credential } = seal(canonicalHash, dateTime, key, scheme);
  return {
    canonicalHash,
    signature,
    headers: {
      "X-Sdk-Date": dateTime,
      Authorization: `${algorithm} ${credential}, SignedHeaders=${names}, Signature=${signature}`,
    },
  };
}

function seal(
  canonicalHash: string,
  dateTime: string,
  key: { readonly accessKey: string; readonly secretKey: string },
  scheme: SigningScheme,
): { readonly signature: string; readonly credential: string } {
  if (scheme.kind === "plain") {
    const text = [algorithm, dateTime, canonicalHash].join("\n");
    return { signature: hmac(key.secretKey, text).toString("hex"), credential: `Access=${key.accessKey}` };
  }
  const day = dateTime.slice(0, 8);
  const scope = [day, scheme.region, scheme.service, "sdk_request"];
  const dayKey = scope.reduce<string | Buffer>((sealed, part) => hmac(sealed, part), `SDK${key.secretKey}`);
  const text = [algorithm, dateTime, scope.join("/"), canonicalHash].join("\n");
  return {
    signature: hmac(dayKey, text).toString("hex"),
    credential: `Credential=${key.accessKey}/${scope.join("/")}`,
  };
}

/** YYYYMMDDTHHMMSSZ */
function sdkDate(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** Each segment percent-encoded and a slash at the end; the URL that is called stays as it is. */
function canonicalPath(pathname: string): string {
  const path = pathname
    .split("/")
    .map((segment) => encode(decodeURIComponent(segment)))
    .join("/");
  return path.endsWith("/") ? path : `${path}/`;
}

function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

/** RFC 3986: everything but letters, digits and -_.~ as %XX. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
