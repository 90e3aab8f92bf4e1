/** Schemas of what host steps keep in the journal. */
import { z } from "zod";

export const hostAddress = z.object({
  server: z.string(),
  serverId: z.string().exactOptional(),
  destination: z.string(),
  byEip: z.boolean().exactOptional(),
  user: z.string().exactOptional(),
  port: z.int().exactOptional(),
  jump: z.string().exactOptional(),
  otherJumps: z.array(z.string()).readonly().exactOptional(),
});

export const hostFile = z.object({
  path: z.string(),
  mode: z.string(),
  content: z.string(),
  encoding: z.literal("base64").exactOptional(),
});

export const handMadeRule = z.object({
  rule: z.string(),
  position: z.int(),
  backend: z.enum(["iptables-nft", "iptables-legacy"]),
  source: z.string(),
});

export const initSystem = z.enum(["systemd", "sysv", "none"]);

/** What every step on a host is told. */
export const onHost = {
  gateway: z.string(),
  host: hostAddress,
  vpcCidrs: z.array(z.string()),
  /** MACs of the proxy's NICs in the VPC. */
  insideMacs: z.array(z.string()),
  /** The proxy's address that carries the EIP: what leaves must leave from it. */
  privateIp: z.string(),
};
