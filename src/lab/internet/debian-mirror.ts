/** Serves a directory as a Debian mirror does: files by path below /debian, with what apt asks for. */
import { createReadStream, type Stats } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, normalize } from "node:path";
import { pipeline } from "node:stream/promises";

/** Answers 200, 206 for apt's continued downloads, 304 for an index it has already, or 404. */
export async function answerMirror(
  directory: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = pathBelow(directory, request.url ?? "/");
  const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !found?.isFile()) {
    response.writeHead(404, { "content-type": "text/plain" }).end("no such file on this mirror\n");
    return;
  }
  const headers = { "last-modified": found.mtime.toUTCString(), "accept-ranges": "bytes" };
  if (isUnchanged(found, request.headers["if-modified-since"])) {
    response.writeHead(304, headers).end();
    return;
  }
  const start = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  const partial = start > 0 && start < found.size;
  response.writeHead(partial ? 206 : 200, {
    ...headers,
    "content-length": partial ? found.size - start : found.size,
    ...(partial ? { "content-range": `bytes ${start}-${found.size - 1}/${found.size}` } : {}),
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(createReadStream(path, { start: partial ? start : 0 }), response);
}

/** The file that a URL names below `directory`; undefined for one that names none or leads out of it. */
export function pathBelow(directory: string, url: string): string | undefined {
  const encoded = /^\/debian(\/[^?#]*)/.exec(url)?.[1];
  if (encoded === undefined) return undefined;
  try {
    // An absolute path has no way above its root: normalize takes every ".." with it.
    const path = normalize(decodeURIComponent(encoded));
    return path.includes("\0") ? undefined : join(directory, path);
  } catch {
    return undefined;
  }
}

function isUnchanged(file: Stats, since: string | undefined): boolean {
  return since !== undefined && Math.floor(file.mtimeMs / 1000) * 1000 <= Date.parse(since);
}
