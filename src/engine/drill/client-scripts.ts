/** What runs on a client during a drill: files of their own beside this one, which go there as they are. */
import { readFileSync } from "node:fs";

export const clientScripts = {
  connections: text("connections.pl"),
  packets: text("packets.pl"),
} as const;

function text(name: string): string {
  return readFileSync(new URL(`client-scripts/${name}`, import.meta.url), "utf8");
}
