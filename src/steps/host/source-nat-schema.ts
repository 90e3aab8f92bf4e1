/** What host/source-nat wants and what it finds, as the journal keeps both. */
import { z } from "zod";
import { handMadeRule, hostFile, initSystem, onHost } from "./host-schema.ts";

export const sourceNatWant = z.object({
  ...onHost,
  served: z.array(z.string()),
  destinations: z.array(z.string()),
  /** Of a pair: both know these addresses, and whoever is active has them. */
  virtualIps: z.object({ inner: z.string(), outer: z.string() }).exactOptional(),
  /** Virtual IPs of the pair that the gateway was before: they leave the host later in the same run. */
  leaving: z.array(z.string()).exactOptional(),
  /** See Rules.closeOwnServices in src/host/rules.ts for why it is off by default. */
  closeOwnServices: z.boolean().exactOptional(),
});

const backend = z.enum(["nftables", "iptables"]);

export const sourceNatHave = z.object({
  // Where on the host: what the decision needs.
  egress: z.object({ device: z.string(), address: z.string() }).nullable(),
  insideDevices: z.array(z.string()),
  ownAddresses: z.array(z.string()),
  /** What the rules are or would be written in; null where the host has neither. */
  backend: backend.nullable(),
  init: initSystem,
  memoryMiB: z.int(),
  readOnly: z.array(z.string()),
  rcLocal: hostFile.nullable(),
  blockedBy: z.array(z.object({ name: z.string(), evidence: z.string(), fix: z.string() })),
  /** A change that nobody confirmed is about to be taken back by the host. */
  armed: z.boolean(),
  // What the step changes.
  sysctl: z.record(z.string(), z.string()),
  rules: z.object({ backend, fingerprint: z.string(), intact: z.boolean() }).nullable(),
  files: z.array(hostFile),
  entryEnabled: z.boolean(),
  handMadeRules: z.array(handMadeRule),
  /** Files with the manual's NAT lines, whole. */
  handMadeFiles: z.array(hostFile),
});

export type SourceNatWant = z.infer<typeof sourceNatWant>;
export type SourceNatHave = z.infer<typeof sourceNatHave>;
