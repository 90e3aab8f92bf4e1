/**
 * One command at a time claims or removes labs. The lock is a socket name in the kernel's abstract namespace
 * (unix(7)): it cannot be left behind, because it ends with the process that holds it.
 */
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../report/problem.ts";

const lockName = "\0wayout-labs";
/** Removing a lab of 500 servers takes seconds; more than this means that somebody hangs. */
const waitMs = 60_000;

/** Runs `work` while no other process is inside `exclusively`. */
export async function exclusively<T>(work: () => Promise<T>): Promise<T> {
  const lock = await take();
  try {
    return await work();
  } finally {
    await new Promise<void>((resolve) => lock.close(() => resolve()));
  }
}

async function take(): Promise<Server> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const lock = await listen();
    if (lock) return lock;
    if (performance.now() > deadline) {
      throw new Problem({
        code: "lab/busy",
        summary: "another command is bringing up or removing labs and does not end",
        hint: "Look for another `wayout lab` command with ps; end it, or wait, and run this one again.",
        retry: true,
      });
    }
    await sleep(20);
  }
}

function listen(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen(lockName, () => resolve(server));
  });
}
