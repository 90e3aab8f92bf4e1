/** Waits until a server can be logged in to. */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../../report/problem.ts";

/** Measured: 0.05 s for a light server, 0.4 s for a machine on an idle processor; 500 at once take a while. */
const readyTimeoutMs = 60_000;

/** Resolves when a process in the server's network namespace listens on port 22. */
export async function sshdListens(server: string, initPid: number, hasEnded: () => boolean): Promise<void> {
  const start = performance.now();
  while (!(await listensOnSsh(initPid))) {
    const waitedMs = performance.now() - start;
    // The longer it takes, the more others are starting too: looking must not keep the processor from them.
    if (!hasEnded() && waitedMs < readyTimeoutMs) await sleep(Math.min(100, 5 + waitedMs / 10));
    else {
      throw new Problem({
        code: "lab/server-not-ready",
        summary: `server ${server} does not take SSH connections`,
        detail: hasEnded()
          ? "It ended while it started."
          : `Nothing listened on port 22 for ${readyTimeoutMs / 1000} s.`,
        hint: "`wayout lab status` shows its state; its disk has the logs below upper/var/log.",
      });
    }
  }
}

async function listensOnSsh(pid: number): Promise<boolean> {
  try {
    // proc_net_tcp: local address and port in hex, then the peer, then the state; 0A is LISTEN.
    return /: [0-9A-F]+:0016 [0-9A-F]+:0000 0A /.test(await readFile(`/proc/${pid}/net/tcp`, "latin1"));
  } catch {
    return false;
  }
}
