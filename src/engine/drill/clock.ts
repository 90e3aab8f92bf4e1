/** How far a host's clock is from the clock here: moments of several hosts are told on one scale. */
import type { HostReader } from "../../host/host.ts";
import { Problem } from "../../report/problem.ts";

export interface Clock {
  /** What is added to a time of the host; 0 where no difference could be seen. */
  readonly toHereMs: number;
  /** How wrong that may be. */
  readonly errorMs: number;
}

/** The host's time was read at some moment between the two of here. */
export interface Reading {
  readonly sentMs: number;
  readonly hostMs: number;
  readonly receivedMs: number;
}

const readings = 4;

/** undefined: it could not be read. */
export async function readClock(host: HostReader): Promise<Clock | undefined> {
  const all: Reading[] = [];
  for (let count = 0; count < readings; count++) {
    const sentMs = Date.now();
    try {
      const { stdout } = await host.read("date +%s%3N", { timeoutMs: 15_000 });
      if (/^\d{13}$/.test(stdout.trim())) {
        all.push({ sentMs, hostMs: Number(stdout), receivedMs: Date.now() });
      }
    } catch (cause) {
      if (!(cause instanceof Problem)) throw cause;
      return undefined;
    }
  }
  return clockFrom(all);
}

/**
 * Each reading bounds the difference from both sides; together they bound it closer. Clocks that may be the same are
 * taken as the same: nearly all servers are set by NTP, which is far better than a login's round trip. Pure.
 */
export function clockFrom(all: readonly Reading[]): Clock | undefined {
  if (all.length === 0) return undefined;
  const least = Math.max(...all.map(({ sentMs, hostMs }) => sentMs - hostMs));
  const most = Math.min(...all.map(({ receivedMs, hostMs }) => receivedMs - hostMs));
  const toHereMs = least <= 0 && most >= 0 ? 0 : (least + most) / 2;
  return { toHereMs, errorMs: Math.abs(most - least) / 2 };
}
