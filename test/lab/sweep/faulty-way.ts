/** A way to the cloud's API on which one call, or every call from one on, meets a fault: an HTTP proxy of the test's own. */
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

/**
 * - `timeout`: the call is carried out, and no answer comes
 * - `cut body`: the call is carried out, and its answer stops half-way
 * - a status: the call is not carried out, and this is the answer
 */
export const faults = ["timeout", "401", "403", "409", "429", "500", "cut body"] as const;
export type FaultName = (typeof faults)[number];

export interface ArmedFault {
  readonly fault: FaultName;
  /** Counted from 1 since it was armed. */
  readonly call: number;
  /** Every call from this one on, not this one alone. */
  readonly lasting: boolean;
}

export interface FaultyWay extends AsyncDisposable {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  /** Counts calls anew; without a fault it only counts. */
  arm(fault?: ArmedFault): void;
  /** Calls since then: "GET /v1/PROJECT/vpcs". */
  calls(): readonly string[];
  /** The calls that met the fault. */
  met(): readonly string[];
}

export async function openFaultyWay(cloudUrl: string): Promise<FaultyWay> {
  let armed: ArmedFault | undefined;
  let calls: string[] = [];
  let met: string[] = [];
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? "/").replace(/\?.*/, "").replace(/\b[0-9a-f]{32}\b/, "PROJECT");
    const name = `${incoming.method} ${path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")}`;
    calls.push(name);
    const meets =
      armed !== undefined && (armed.lasting ? calls.length >= armed.call : calls.length === armed.call);
    if (!armed || !meets) return forward(cloudUrl, incoming, outgoing, "whole");
    met.push(name);
    const { fault } = armed;
    if (fault === "timeout" || fault === "cut body") return forward(cloudUrl, incoming, outgoing, fault);
    incoming.resume();
    outgoing.writeHead(Number(fault), {
      "content-type": "application/json",
      "x-request-id": `req-${met.length}`,
    });
    outgoing.end(bodyOf(fault));
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    arm(fault) {
      armed = fault;
      calls = [];
      met = [];
    },
    calls: () => calls,
    met: () => met,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function forward(
  cloudUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  how: "whole" | "timeout" | "cut body",
): void {
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? "/", cloudUrl), { method, headers }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      const body = Buffer.concat(chunks);
      if (how === "timeout") return;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      // A 204 has no body to be cut: there the whole answer is lost.
      if (how === "whole") outgoing.end(body);
      else if (body.length < 2) outgoing.destroy();
      else outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
    });
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}

/** As the services word it. */
function bodyOf(fault: FaultName): string {
  const message = `a fault of the test: ${fault}`;
  if (fault === "401") return JSON.stringify({ error: { code: 401, title: "Unauthorized", message } });
  if (fault === "429") return JSON.stringify({ error_code: "APIGW.0308", error_msg: message });
  return JSON.stringify({ code: `VPC.${fault}`, message });
}
