import type { Cloud, CloudReader } from "../cloud/cloud.ts";
import type { Host, HostAddress, HostReader } from "../host/host.ts";

/** What a plan and a check may touch: nothing in it can write. */
export interface ReadOnlyWorld {
  readonly cloud: CloudReader;
  host(address: HostAddress): HostReader;
}

/** What apply and undo work on. */
export interface World extends ReadOnlyWorld {
  readonly cloud: Cloud;
  host(address: HostAddress): Host;
}
