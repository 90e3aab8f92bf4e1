/** The lab's Internet: one process in its namespace, with everything that its hosts answer. */
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Server } from "node:net";
import { parseArgs } from "node:util";
import { internetHosts } from "../state.ts";
import { answerMirror } from "./debian-mirror.ts";
import { listenTcpEcho, listenUdp, seenDatagram } from "./echo.ts";
import { answerJson, answerSite, seenOf } from "./site.ts";

const { values } = parseArgs({
  options: {
    certificate: { type: "string", default: "" },
    key: { type: "string", default: "" },
    mirror: { type: "string", default: "" },
    log: { type: "string", default: "/dev/null" },
  },
});
const log = createWriteStream(values.log, { flags: "a" });

const answer: RequestListener = (request, response) => {
  const seen = seenOf(request);
  response.once("close", () => {
    log.write(`${JSON.stringify({ time: new Date(), ...seen, status: response.statusCode })}\n`);
  });
  const answered =
    request.socket.localAddress === internetHosts.mirror
      ? answerMirror(values.mirror, request, response)
      : answerSite(request, response);
  answered.catch((error: unknown) => {
    // Mostly a client that has gone. Otherwise it must not wait for ever.
    if (response.headersSent) response.destroy();
    else answerJson(response, 500, { error: String(error) });
  });
};

async function listen(server: Server, port: number): Promise<void> {
  server.listen({ port, host: "0.0.0.0", backlog: 4096 });
  await once(server, "listening");
}

const secure = { cert: readFileSync(values.certificate), key: readFileSync(values.key) };
const hosts = [internetHosts.site, internetHosts.other];
// No request timeout: a slow upload through a failover is what these hosts are for.
await Promise.all([
  listen(createServer({ requestTimeout: 0 }, answer), 80),
  listen(createSecureServer({ ...secure, requestTimeout: 0 }, answer), 443),
  listenTcpEcho(7),
  listenUdp(hosts, 7, (datagram) => datagram),
  listenUdp(hosts, 9000, seenDatagram),
]);
process.stdout.write("listening\n");
// The other end of stdin is the lab's daemon: with it this process ends, however it ends.
process.stdin.once("close", () => process.exit(0)).resume();
