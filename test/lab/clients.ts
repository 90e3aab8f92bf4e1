/** What a server of the lab can do on the network, tried inside it. */
import { commandInside } from "../../src/lab/client/actions.ts";
import { type Ended, run } from "./wayout-command.ts";

export async function inside(lab: string, server: string, ...command: readonly string[]): Promise<Ended> {
  const [program = "", ...args] = await commandInside(lab, server, command);
  return run(program, ...args);
}

/** The address that the Internet sees, or undefined where there is no way out. */
export async function seenAs(lab: string, server: string): Promise<string | undefined> {
  const { code, stdout } = await inside(lab, server, "curl", "-sS", "-m", "2", "http://198.51.100.10/");
  return code === 0 ? /"address":\s*"([^"]+)"/.exec(stdout)?.[1] : undefined;
}

/** A packet every 10 ms from a server to the Internet, until `work` is done; says how many were lost. */
export async function lostDuring(
  lab: string,
  server: string,
  work: () => Promise<void>,
): Promise<{ readonly sent: number; readonly lost: number }> {
  // Killed by its own deadline should the test end before it says stop.
  const script = "timeout -s INT 120 ping -n -q -i 0.01 -W 2 198.51.100.10 & echo $! > /tmp/pinging; wait";
  const pinging = inside(lab, server, "sh", "-c", script);
  await inside(lab, server, "sh", "-c", "until [ -s /tmp/pinging ]; do :; done");
  try {
    await work();
  } finally {
    await inside(lab, server, "sh", "-c", "kill -INT $(cat /tmp/pinging); rm /tmp/pinging");
  }
  const { stdout } = await pinging;
  const [, sent, received] = /(\d+) packets transmitted, (\d+) received/.exec(stdout) ?? [];
  if (sent === undefined || received === undefined) throw new Error(`ping said: ${stdout}`);
  return { sent: Number(sent), lost: Number(sent) - Number(received) };
}
