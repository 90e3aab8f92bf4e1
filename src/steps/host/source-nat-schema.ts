/** What host/source-nat wants and what it finds, as the journal keeps both. */
import { z } from "zod";
import { handMadePaths, rcLocalPaths } from "../../host/hand-made-files.ts";
import { ownPaths } from "../../host/own-paths.ts";
import { address, cidr, deviceName, mac } from "../../spec/forms.ts";
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

/** Of ICMP, its type. */
const port = z.int().min(0).max(65535);

const openService = z.object({
  protocol: z.int().min(0).max(255).nullable(),
  ports: z.object({ first: port, last: port }).nullable(),
  from: z.array(cidr).readonly(),
});

export const sourceNatWant = z.object({
  ...onHost,
  served: z.array(cidr),
  destinations: z.array(cidr),
  /** Of a pair: both know these addresses, and whoever is active has them. */
  virtualIps: z.object({ inner: address, outer: address }).exactOptional(),
  /** Virtual IPs of the pair that the gateway was before: they leave the host later in the same run. */
  leaving: z.array(address).exactOptional(),
  /** What the served subnets may reach on the proxy itself; absent: everything. */
  ownServices: z
    .object({
      /** Of the NIC whose security group lets the served subnets in. */
      mac,
      open: z.array(openService).readonly(),
      /** Of `open`, logins and ping only. */
      closed: z.literal(true).exactOptional(),
      /** Addresses of the other proxy of a pair. */
      peers: z.array(address).readonly().exactOptional(),
    })
    .exactOptional(),
});

const backend = z.enum(["nftables", "iptables"]);

export const sourceNatHave = z.object({
  // Where on the host: what the decision needs.
  egress: z.object({ device: deviceName, address }).nullable(),
  insideDevices: z.array(deviceName),
  ownAddresses: z.array(address),
  /** The device with the MAC that `ownServices` names. */
  clientDevice: deviceName.exactOptional(),
  /** Where Wayout is logged in from, and the port of sshd. */
  login: z.object({ from: address, port }).exactOptional(),
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
