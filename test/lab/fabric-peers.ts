/** Small servers and clients that tests of the fabric run inside its namespaces. Exit 1: it did not work. */
import { createSocket } from "node:dgram";
import { get as httpGet, createServer as httpServer, request } from "node:http";
import { connect, createServer as tcpServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const [role = "", host = "", portText = "0", ...more] = process.argv.slice(2);
const port = Number(portText);

const roles: Readonly<Record<string, () => void | Promise<void>>> = {
  serve,
  get,
  put,
  udp,
  many,
  stream,
  hold,
};
await roles[role]?.();

/** HTTP and UDP on `port` say who asked; TCP on the next port gives back what it is given. */
function serve(): void {
  const http = httpServer((asked, answer) => {
    const { remoteAddress, remotePort } = asked.socket;
    const size = Number(/^\/bytes\/(\d+)$/.exec(asked.url ?? "")?.[1] ?? 0);
    if (size > 0) return void answer.end(Buffer.alloc(size));
    let received = 0;
    asked.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    asked.on("end", () => answer.end(JSON.stringify({ address: remoteAddress, port: remotePort, received })));
  });
  http.listen(port, host);
  const socket = createSocket("udp4");
  socket.on("message", (_, from) => socket.send(from.address, from.port, from.address));
  socket.bind(port, host);
  tcpServer((peer) => peer.on("error", () => peer.destroy()).pipe(peer)).listen(port + 1, host);
}

/** Prints the body, or its size where it is large. */
function get(): void {
  const asked = httpGet({ host, port, path: more[0] ?? "/", agent: false, timeout: 1000 }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on("data", (chunk: Buffer) => chunks.push(chunk));
    answer.on("end", () => {
      const body = Buffer.concat(chunks);
      console.log(body.length > 1000 ? body.length : body.toString());
      process.exit(0);
    });
  });
  failing(asked);
}

/** Sends so many bytes and prints the answer. */
function put(): void {
  const sent = request({ host, port, method: "POST", agent: false, timeout: 1000 }, (answer) => {
    answer.setEncoding("utf8").on("data", (text: string) => {
      console.log(text);
      process.exit(0);
    });
  });
  failing(sent);
  sent.end(Buffer.alloc(Number(more[0])));
}

function failing(asked: ReturnType<typeof request>): void {
  asked.on("timeout", () => process.exit(1));
  asked.on("error", () => process.exit(1));
}

/** Asks once over UDP and prints the answer. */
function udp(): void {
  const socket = createSocket("udp4");
  socket.on("message", (text) => {
    console.log(text.toString());
    process.exit(0);
  });
  socket.on("error", () => process.exit(1));
  socket.send("?", port, host);
  setTimeout(() => process.exit(1), 1000);
}

/** So many requests over connections of their own, all at once; prints how many were answered. */
async function many(): Promise<void> {
  const count = Number(more[0]);
  const answers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<boolean>((resolve) => {
          httpGet({ host, port, agent: false, timeout: 20_000 }, (answer) =>
            answer.resume().on("end", () => resolve(answer.statusCode === 200)),
          )
            .on("timeout", () => resolve(false))
            .on("error", () => resolve(false));
        }),
    ),
  );
  console.log(answers.filter(Boolean).length);
  process.exit(0);
}

/** A UDP packet every 10 ms until a line comes in; prints "sent answered". */
async function stream(): Promise<void> {
  const socket = createSocket("udp4");
  let sent = 0;
  let answered = 0;
  let stop = false;
  socket.on("message", () => answered++);
  socket.on("error", () => undefined);
  process.stdin.once("data", () => {
    stop = true;
  });
  while (!stop) {
    socket.send("?", port, host);
    sent++;
    if (sent === 10) console.log("running");
    await wait(10);
  }
  // The last answers are still on their way; for those that are lost it waits no longer than this.
  const deadline = performance.now() + 500;
  while (answered < sent && performance.now() < deadline) await wait(10);
  console.log(`${sent} ${answered}`);
  process.exit(0);
}

/** One TCP connection to the echo port; says "open", and for every line it is given "echo" once that came back. */
function hold(): void {
  const peer = connect({ host, port, timeout: 3000 });
  peer.on("connect", () => {
    peer.setTimeout(0);
    console.log("open");
    process.stdin.on("data", (text) => peer.write(text));
    process.stdin.on("end", () => process.exit(0));
  });
  peer.on("data", () => console.log("echo"));
  peer.on("timeout", () => process.exit(1));
  peer.on("error", () => process.exit(1));
}
