/** Starts one light server from the options on stdin, prints its first process's number and stays. */
import { text } from "node:stream/consumers";
import { LightServers } from "../../src/lab/machines/light-servers.ts";

const lights = await LightServers.open();
const server = await lights.start(JSON.parse(await text(process.stdin)));
await server.ready();
console.log(server.initPid);
