/** A local HTTP server with answers written down beforehand, for tests of what a whole cloud does not do on demand. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** "hang": no answer at all; "reset": the connection is cut. */
type Outcome = Reply | "hang" | "reset";
export type Answerer = (request: SeenRequest) => Outcome | Promise<Outcome>;

export interface SmallCloud extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
}

export async function startSmallCloud(answer: Answerer): Promise<SmallCloud> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    void respond(incoming, outgoing, answer, seen);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function respond(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Answerer,
  seen: SeenRequest[],
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const request: SeenRequest = {
    method: incoming.method ?? "",
    url: new URL(incoming.url ?? "/", "http://127.0.0.1"),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join() : value,
      ]),
    ),
    body: Buffer.concat(chunks).toString("utf8"),
  };
  seen.push(request);
  const reply = await answer(request);
  if (reply === "hang") return;
  if (reply === "reset") {
    incoming.socket.destroy();
    return;
  }
  const text =
    reply.body === undefined ? "" : typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
  outgoing.writeHead(reply.status, { "content-type": "application/json", ...reply.headers });
  outgoing.end(text);
}
