/** No lock-out: a change of a host holds only if a login made after it confirms it. */
import { setTimeout as sleep } from "node:timers/promises";
import { Problem } from "../report/problem.ts";
import { armScript, confirmScript, type HostChange, restoredExitCode, restoreNowScript } from "./change.ts";
import type { Host } from "./host.ts";

export interface Arming {
  /** Letters and digits, new for each change. */
  readonly token: string;
  /** The host puts the old state back this long after the change, unless it is confirmed. */
  readonly seconds: number;
}

/** Long enough for a login over several jump hosts, short enough for somebody who waits in front of a locked door. */
export const armedSeconds = 45;

/**
 * Makes the change: one write, one confirmation. When no new login succeeds, waits until the host has put the old state
 * back and throws Problem "host/change-taken-back", whose detail is why the login failed.
 */
export async function changeHost(host: Host, change: HostChange, arming: Arming): Promise<void> {
  const timeoutMs = (arming.seconds + 60) * 1000;
  const deadline = performance.now() + arming.seconds * 1000;
  let lost: Problem | undefined;
  try {
    await host.write(armScript(change, arming.token, arming.seconds), { timeoutMs });
  } catch (error) {
    // A lost connection says nothing about the change: the new login decides. After any other failure the host has
    // put the old state back before it answered.
    if (!isLost(error)) throw error;
    lost = error;
  }
  try {
    await confirm(host, change, arming, deadline, lost !== undefined);
  } catch (error) {
    const failed = error instanceof Problem && error.code === "host/command-failed";
    if (failed && !error.detail?.includes(`exit code ${restoredExitCode}`)) throw error;
    // The change never began: the host was not reached, and is not now or has nothing armed.
    if (lost?.code === "host/unreachable" && (isLost(error) || failed)) throw lost;
    await restored(host, arming, deadline);
    throw takenBack(host, error);
  }
}

/**
 * A login may be cut by the change itself, where it leads through the address of a pair: the other proxy has that a moment
 * later. So it is tried again until the host puts the old state back.
 * @throws Problem of the last try.
 */
async function confirm(
  host: Host,
  change: HostChange,
  { token }: Arming,
  deadline: number,
  unsure: boolean,
): Promise<void> {
  let begun = false;
  for (;;) {
    // Before the deadline, what is armed for certain can only have been confirmed.
    const script = confirmScript(change, token, begun && !unsure ? 0 : restoredExitCode);
    try {
      await host.writeFresh(script, { timeoutMs: Math.max(15_000, deadline - performance.now()) });
      return;
    } catch (error) {
      if (!isLost(error) || performance.now() > deadline) throw error;
      begun ||= error.code !== "host/unreachable";
      await sleep(500);
    }
  }
}

/** Asks the host to restore at once, and where it cannot be asked, waits for its timer and for a login. */
async function restored(host: Host, arming: Arming, deadline: number): Promise<void> {
  const last = deadline + 30_000;
  for (;;) {
    try {
      await host.writeFresh(restoreNowScript(arming.token), { timeoutMs: 20_000 });
      return;
    } catch (error) {
      if (performance.now() > last || !isLost(error)) return;
      await sleep(500);
    }
  }
}

const lostCodes = ["host/unreachable", "host/connection-lost", "host/timeout"];

function isLost(error: unknown): error is Problem {
  return error instanceof Problem && lostCodes.includes(error.code);
}

function takenBack(host: Host, cause: unknown): Problem {
  const why = cause instanceof Problem ? `${cause.summary}\n${cause.detail ?? ""}`.trim() : String(cause);
  return new Problem({
    code: "host/change-taken-back",
    summary: `no new login to ${host.address.server} confirmed the change, so the host has put its old state back`,
    detail: why,
    hint: "Nothing is lost. See why a login fails after the change, then run it again.",
    retry: true,
    cause,
  });
}
