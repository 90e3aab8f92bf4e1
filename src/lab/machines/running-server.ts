/** A server of the lab while it runs, of either kind. */
import type { LabImage } from "../images/ensure-image.ts";
import type { DiskFile } from "./disk.ts";

export interface StartOptions {
  readonly server: string;
  readonly image: LabImage;
  /** Path of the network namespace that the server lives in. It must have been made for this start alone. */
  readonly namespacePath: string;
  /** The server's disk: a directory of its own. It survives a reboot; where it is empty, it is a new server's. */
  readonly disk: string;
  /** Put on a new disk. A disk that was used before keeps what it has. */
  readonly files: readonly DiskFile[];
}

/** SIGTERM: shut down in good order. SIGINT: reboot in good order. SIGKILL: pull the plug. */
export type StopSignal = "SIGTERM" | "SIGINT" | "SIGKILL";

export interface Exit {
  /** The server wants to be started again: on the same disk, in a new network namespace. */
  readonly reboot: boolean;
}

export interface RunningServer {
  /** The first process of the server, as our pid namespace numbers it; nsenter's target. */
  readonly initPid: number;
  /** Resolves when sshd listens. Throws Problem "lab/server-not-ready" when that does not come to be. */
  ready(): Promise<void>;
  /** Resolves when the server has ended. One that does not shut down within 10 s is killed. */
  stop(signal: StopSignal): Promise<Exit>;
  /** Resolves when the server has ended for whatever reason, by itself too. */
  readonly exited: Promise<Exit>;
}
