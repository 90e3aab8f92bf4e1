/** Opens as many TCP connections to HOST's echo service as asked, keeps all open, and checks each twice. */
import { once } from "node:events";
import { connect } from "node:net";

const [host = "", count = ""] = process.argv.slice(2);

const sockets = await Promise.all(
  Array.from({ length: Number(count) }, async () => {
    const socket = connect(7, host);
    await once(socket, "connect");
    return socket;
  }),
);
for (const round of ["first", "second"]) {
  await Promise.all(
    sockets.map(async (socket, index) => {
      const word = `${round} ${index}`;
      socket.write(word);
      const [answer] = await once(socket, "data");
      if (String(answer) !== word) throw new Error(`${word} was answered ${answer}`);
    }),
  );
}
console.log(`${sockets.length} echoed twice`);
process.exit(0);
