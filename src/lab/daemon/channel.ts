/** The line to the command that is bringing the lab up: file descriptor 3, one JSON object a line. */
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { Startup } from "../client/launch.ts";

const helloSchema = z.object({
  /** The outermost process of the lab, in the numbers of the machine. */
  holder: z.number().int().positive(),
});

export interface Channel {
  readonly holder: number;
  say(message: Startup): void;
  /** After this the command may end without the lab ending with it. Resolves when all was said. */
  release(): Promise<void>;
}

/** Waits for the command's first line. Calls `abandoned` if the command ends before `release`. */
export async function openChannel(abandoned: () => void): Promise<Channel> {
  const socket = new Socket({ fd: 3, readable: true, writable: true });
  let released = false;
  const lost = (): void => {
    if (!released) abandoned();
  };
  socket.on("error", lost);
  socket.on("close", lost);
  const lines = createInterface({ input: socket });
  const first = await new Promise<string>((resolve) => lines.once("line", resolve));
  const { holder } = helloSchema.parse(JSON.parse(first));
  return {
    holder,
    say: (message) => void socket.write(`${JSON.stringify(message)}\n`),
    release: () => {
      released = true;
      lines.close();
      return new Promise((resolve) => socket.end(() => resolve()));
    },
  };
}
