/** Runs a fabric as the first process of a private mount and pid namespace; takes calls as lines of JSON. */
import { execFileSync } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import { Fabric } from "../../src/lab/fabric/fabric.ts";
import { readState } from "./fabric-state.ts";

const call = z.discriminatedUnion("method", [
  z.object({ method: z.literal("converge"), state: z.unknown() }),
  z.object({ method: z.literal("resetServer"), server: z.string() }),
  z.object({ method: z.literal("configureServer"), server: z.string() }),
  z.object({ method: z.literal("setCable"), server: z.string(), plugged: z.boolean() }),
  z.object({
    method: z.literal("setPathMtu"),
    limit: z.object({ bytes: z.number(), style: z.enum(["icmp", "blackhole"]) }).nullable(),
  }),
  z.object({ method: z.literal("close") }),
]);

execFileSync("mount", ["-t", "tmpfs", "tmpfs", "/run/netns"]);
const fabric = new Fabric({ note: (text) => console.error(text) });

async function perform(text: string): Promise<void> {
  const wanted = call.parse(JSON.parse(text));
  switch (wanted.method) {
    case "converge":
      return fabric.converge(readState(wanted.state));
    case "resetServer":
      return fabric.resetServer(wanted.server);
    case "configureServer":
      return fabric.configureServer(wanted.server);
    case "setCable":
      return fabric.setCable(wanted.server, wanted.plugged);
    case "setPathMtu":
      return fabric.setPathMtu(wanted.limit);
    case "close":
      return fabric.close();
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const start = performance.now();
  perform(line).then(
    () => console.log(JSON.stringify({ ms: performance.now() - start })),
    (error: unknown) => console.log(JSON.stringify({ error: JSON.stringify(error) || String(error) })),
  );
});
// The test has ended, in whatever way: the world ends with this process.
lines.on("close", () => process.exit(0));
console.log(JSON.stringify({ ms: 0 }));
