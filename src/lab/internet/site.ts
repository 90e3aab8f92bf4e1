/** The lab's web site, for both HTTP and HTTPS: tells each client which address and port it was seen with. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** More than this is a typing mistake, not a test of a large transfer. */
const maxBytes = 16 * 2 ** 30;
const maxSeconds = 3600;
const block = Buffer.alloc(64 * 1024, "wayout ");

/** What the site knows of a request; the answer to every path that is none of the special ones. */
export interface Seen {
  readonly address: string;
  readonly port: number;
  /** Which of the site's addresses was asked. */
  readonly server: string;
  readonly host: string;
  readonly method: string;
  readonly path: string;
}

/**
 * - `GET /bytes/N`: N bytes as fast as they go.
 * - `GET /slow?seconds=S&bytes=N`: N bytes, evenly over S seconds: a download that a failover can interrupt.
 * - `POST /sink`: takes anything, answers with how many bytes came.
 * - everything else: what was seen, as JSON.
 */
export async function answerSite(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://site");
  const bytes = /^\/bytes\/(\d{1,12})$/.exec(url.pathname)?.[1];
  if (bytes !== undefined) return await sendBytes(response, Number(bytes), 0);
  if (url.pathname === "/slow") {
    const seconds = Number(url.searchParams.get("seconds") ?? 10);
    return await sendBytes(response, Number(url.searchParams.get("bytes") ?? 1_000_000), seconds);
  }
  const received = await countBody(request);
  answerJson(response, 200, url.pathname === "/sink" ? { ...seenOf(request), received } : seenOf(request));
}

export function seenOf(request: IncomingMessage): Seen {
  return {
    address: request.socket.remoteAddress ?? "",
    port: request.socket.remotePort ?? 0,
    server: request.socket.localAddress ?? "",
    host: request.headers.host ?? "",
    method: request.method ?? "",
    path: request.url ?? "",
  };
}

export function answerJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

/** Sends `total` bytes, in blocks of which each waits for its share of `seconds`. */
async function sendBytes(response: ServerResponse, total: number, seconds: number): Promise<void> {
  if (!(total >= 0 && total <= maxBytes && seconds >= 0 && seconds <= maxSeconds)) {
    answerJson(response, 400, { error: `bytes must be 0 to ${maxBytes}, seconds 0 to ${maxSeconds}` });
    return;
  }
  response.writeHead(200, { "content-type": "application/octet-stream", "content-length": total });
  const start = performance.now();
  // Every 20 ms something comes, so that a gap in the packets' way shows.
  const size =
    seconds === 0 ? block.length : Math.min(block.length, Math.max(1, Math.ceil((total / seconds) * 0.02)));
  for (let sent = 0; sent < total; ) {
    const part = block.subarray(0, Math.min(size, total - sent));
    if (!response.write(part)) await drained(response);
    if (response.destroyed) return;
    sent += part.length;
    const dueMs = (sent / total) * seconds * 1000 - (performance.now() - start);
    if (dueMs > 1) await sleep(dueMs);
  }
  response.end();
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once("drain", done).once("close", done);
    function done(): void {
      response.off("drain", done).off("close", done);
      resolve();
    }
  });
}

async function countBody(request: IncomingMessage): Promise<number> {
  let count = 0;
  for await (const part of request) if (part instanceof Buffer) count += part.length;
  return count;
}
