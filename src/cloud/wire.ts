/**
 * One HTTP exchange, nothing more. Built on node:http(s) and not on fetch, because fetch takes no certificate
 * authority, client certificate or `verify: false` of its own, and clouds.yaml gives these per cloud.
 */
import http from "node:http";
import https from "node:https";

export interface TlsSettings {
  /** false: any certificate is taken, as `verify: false` in clouds.yaml says. */
  readonly verify: boolean;
  /** PEM texts. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Called for each part of the body with all bytes of it so far. */
  readonly onBytes?: (bytes: number) => void;
}

export interface WireAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type WireFault =
  | "timeout"
  | "stopped"
  | "unreachable"
  | "certificate"
  | "broken"
  | "too-large"
  /** https:// on a port that speaks something else. */
  | "not-tls"
  /** http:// on a port that speaks TLS. */
  | "tls";

/** No answer, or not a whole one. */
export class WireFailure extends Error {
  override readonly name = "WireFailure";
  readonly fault: WireFault;

  constructor(fault: WireFault, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.fault = fault;
  }
}

/** Of an answer that is a failure: nobody reads more than its first lines. */
const maxFailureBytes = 1024 * 1024;

/**
 * A page of 1,000 servers is about 3 MB, one of 1,000 security groups with 40 rules each 14 MB. Four calls are under way at a
 * time, and each answer is held as bytes, as text and as values, so this bounds the memory of a command too.
 */
const maxAnswerBytes = 16 * 1024 * 1024;

interface Wire {
  send(request: WireRequest): Promise<WireAnswer>;
  /** Ends all connections, those of calls under way too. */
  close(): void;
}

export function openWire(tls: TlsSettings): Wire {
  const secure = {
    rejectUnauthorized: tls.verify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
  const kept = {
    http: new http.Agent({ keepAlive: true }),
    https: new https.Agent({ keepAlive: true, ...secure }),
  };
  // A POST may not be repeated, so it gets a connection of its own: a kept one may be closing at the far end.
  const fresh = { http: new http.Agent(), https: new https.Agent(secure) };
  return {
    send: (request) => exchange(request, request.method === "POST" ? fresh : kept),
    close: () => {
      for (const agent of [kept.http, kept.https, fresh.http, fresh.https]) agent.destroy();
    },
  };
}

/** Encrypted, or not leaving this machine. */
export function isSafeUrl({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

function exchange(
  wanted: WireRequest,
  agents: { readonly http: http.Agent; readonly https: https.Agent },
): Promise<WireAnswer> {
  const { method, url, signal } = wanted;
  const headers = {
    ...wanted.headers,
    ...(wanted.body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(wanted.body)) }),
  };
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(stopped());
      return;
    }
    const request =
      url.protocol === "https:"
        ? https.request(url, { method, headers, agent: agents.https })
        : http.request(url, { method, headers, agent: agents.http });
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      finish();
    };
    const fail = (error: Error): void => settle(() => reject(asFailure(error)));
    // Rejected first: what the destroyed request reports afterwards says nothing of the reason.
    const giveUp = (failure: WireFailure): void => {
      fail(failure);
      request.destroy();
    };
    const stop = (): void => giveUp(stopped());
    const timer = setTimeout(
      () => giveUp(new WireFailure("timeout", `no whole answer within ${wanted.timeoutMs} ms`)),
      wanted.timeoutMs,
    );
    signal?.addEventListener("abort", stop, { once: true });
    request.on("error", fail);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const status = response.statusCode ?? 0;
      const maxBytes = status >= 300 ? maxFailureBytes : maxAnswerBytes;
      const tooLarge = () =>
        giveUp(new WireFailure("too-large", `the answer (${status}) is larger than ${maxBytes} bytes`));
      if (Number(response.headers["content-length"] ?? 0) > maxBytes) return tooLarge();
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) return tooLarge();
        chunks.push(chunk);
        wanted.onBytes?.(bytes);
      });
      response.on("error", fail);
      response.on("end", () => {
        settle(() =>
          resolve({
            status,
            headers: flat(response.headers),
            body: Buffer.concat(chunks).toString("utf8"),
          }),
        );
      });
    });
    request.end(wanted.body);
  });
}

function stopped(): WireFailure {
  return new WireFailure("stopped", "stopped before the answer came");
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) result[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return result;
}

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
]);

function asFailure(error: Error): WireFailure {
  if (error instanceof WireFailure) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // A name with several addresses, all refused, comes as an AggregateError with an empty message.
  const message = (error.message === "" ? code : error.message).trim();
  if (/wrong version number|packet length too long/.test(message)) {
    return new WireFailure("not-tls", message, error);
  }
  if (isAnsweredInTls(error)) return new WireFailure("tls", message, error);
  // Node reads 16 KB of headers at most.
  if (code === "HPE_HEADER_OVERFLOW") return new WireFailure("too-large", message, error);
  if (unreachableCodes.has(code)) return new WireFailure("unreachable", message, error);
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_/.test(code)) return new WireFailure("certificate", message, error);
  return new WireFailure("broken", message, error);
}

/** What came in place of an HTTP answer is an alert of TLS (RFC 8446, 5.1: content type 21, version 3.x). */
function isAnsweredInTls(error: Error): boolean {
  const came = "rawPacket" in error && error.rawPacket instanceof Uint8Array ? error.rawPacket : [];
  return came[0] === 21 && came[1] === 3;
}
