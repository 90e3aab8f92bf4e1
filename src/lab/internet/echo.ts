/** Echo services (RFC 862), on TCP and UDP, and one on UDP that also tells the address it saw. */
import { createSocket, type RemoteInfo, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** Echoes whatever comes, on every address. Connections may stay open without a word for as long as they like. */
export async function listenTcpEcho(port: number): Promise<void> {
  const server = createServer({ noDelay: true }, (socket) => {
    // A client that vanished is no news here.
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  // A drill opens a thousand connections at once.
  server.listen({ port, host: "0.0.0.0", backlog: 4096 });
  await once(server, "listening");
}

/**
 * Answers each datagram. One socket per address: a datagram sent from a socket bound to no address would carry
 * whatever source the route suggests, and the client would not take it for an answer.
 */
export async function listenUdp(
  addresses: readonly string[],
  port: number,
  answer: (datagram: Buffer, from: RemoteInfo) => Buffer,
): Promise<void> {
  await Promise.all(
    addresses.map(async (address) => {
      const socket: UdpSocket = createSocket({ type: "udp4", recvBufferSize: 4 * 2 ** 20 });
      socket.on("message", (datagram, from) => socket.send(answer(datagram, from), from.port, from.address));
      socket.bind(port, address);
      await once(socket, "listening");
      // An answer that could not be sent is a lost packet.
      socket.on("error", () => undefined);
    }),
  );
}

/** `{"address","port","payload"}`: where the datagram came from, as seen here. */
export function seenDatagram(datagram: Buffer, from: Pick<RemoteInfo, "address" | "port">): Buffer {
  const { address, port } = from;
  return Buffer.from(JSON.stringify({ address, port, payload: datagram.toString("utf8") }));
}
