/** What host/source-nat wants and what it finds, as the journal keeps both. */
import { z } from "zod";
import { handMadePaths, rcLocalPaths } from "../../host/hand-made-files.ts";
import { ownPaths } from "../../host/own-paths.ts";
import { address, cidr, deviceName } from "../../spec/forms.ts";
import { handMadeRule, initSystem, onHost, ownFileAt, sysctlValues, userFileAt } from "./host-schema.ts";

/** Files of ours that the step makes. */
export const sourceNatPaths: readonly string[] = [
  ownPaths.nftRules,
  ownPaths.iptablesRules,
  ownPaths.load,
  ownPaths.systemdUnit,
  ownPaths.initScript,
];

/** Kernel parameters that the step sets; deviceName has the form of a device. */
const sysctl =
  /^net\.(netfilter\.nf_conntrack_(max|buckets|tcp_be_liberal)|ipv4\.conf\.[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}\.send_redirects)$/;

export const sourceNatWant = z.object({
  ...onHost,
  served: z.array(cidr),
  destinations: z.array(cidr),
  /** Of a pair: both know these addresses, and whoever is active has them. */
  virtualIps: z.object({ inner: address, outer: address }).exactOptional(),
  /** Virtual IPs of the pair that the gateway was before: they leave the host later in the same run. */
  leaving: z.array(address).exactOptional(),
  /** See Rules.closeOwnServices in src/host/rules.ts for why it is off by default. */
  closeOwnServices: z.boolean().exactOptional(),
});

const backend = z.enum(["nftables", "iptables"]);

export const sourceNatHave = z.object({
  // Where on the host: what the decision needs.
  egress: z.object({ device: deviceName, address }).nullable(),
  insideDevices: z.array(deviceName),
  ownAddresses: z.array(address),
  /** What the rules are or would be written in; null where the host has neither. */
  backend: backend.nullable(),
  init: initSystem,
  memoryMiB: z.int(),
  readOnly: z.array(z.string()),
  rcLocal: userFileAt(rcLocalPaths).nullable(),
  blockedBy: z.array(z.object({ name: z.string(), evidence: z.string(), fix: z.string() })),
  /** A change that nobody confirmed is about to be taken back by the host. */
  armed: z.boolean(),
  // What the step changes.
  sysctl: sysctlValues(sysctl),
  rules: z.object({ backend, fingerprint: z.string(), intact: z.boolean() }).nullable(),
  files: z.array(ownFileAt(sourceNatPaths)),
  entryEnabled: z.boolean(),
  handMadeRules: z.array(handMadeRule),
  /** Files with the manual's NAT lines, whole. */
  handMadeFiles: z.array(userFileAt(handMadePaths)),
});

export type SourceNatWant = z.infer<typeof sourceNatWant>;
export type SourceNatHave = z.infer<typeof sourceNatHave>;
