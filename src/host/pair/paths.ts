/** What a pair leaves on each of its two hosts, beside what every proxy has. */
import { ownFolder } from "../own-paths.ts";

export const pairFolder = `${ownFolder}/pair`;

export const pairPaths = {
  /** Names of the packages that were installed for the pair, so that undo takes those away and no others. */
  packages: `${ownFolder}/packages`,
  conntrackd: `${pairFolder}/conntrackd.conf`,
  keepalived: `${pairFolder}/keepalived.conf`,
  guard: `${pairFolder}/guard`,
  signing: `${pairFolder}/signing.conf`,
  settings: `${pairFolder}/settings`,
  role: `${pairFolder}/role`,
  score: `${pairFolder}/score`,
  watch: `${pairFolder}/watch`,
  agent: `${pairFolder}/agent`,
  /** It did only that at first: the name stays, so that no older file is left on a host. */
  takeOver: `${pairFolder}/open-groups`,
  syncUnit: "/etc/systemd/system/wayout-sync.service",
  pairUnit: "/etc/systemd/system/wayout-pair.service",
} as const;

export const pairUnits = { sync: "wayout-sync", pair: "wayout-pair" } as const;

/** Packets with this mark go by the host's own route, also where a standby sends its own by the other proxy (`role`). */
export const ownRouteMark = "0x7762";

/** Where the two services keep what must not outlive them. */
export const pairState = "/run/wayout-pair";
export const syncState = "/run/wayout-sync";
