/** Schemas of what host steps keep in the journal. */
import { z } from "zod";
import { parseManualRule } from "../../host/hand-made-rule.ts";
import type { HostFacts, HostFile } from "../../host/host.ts";
import { address, cidr, cloudId, mac, sshDestination, sshJump, sshPort, sshUser } from "../../spec/forms.ts";
import { gatewayName } from "../../spec/record-forms.ts";

export const hostAddress = z.object({
  server: z.string(),
  serverId: cloudId.exactOptional(),
  destination: sshDestination,
  byEip: z.boolean().exactOptional(),
  user: sshUser.exactOptional(),
  port: sshPort.exactOptional(),
  jump: sshJump.exactOptional(),
  otherJumps: z.array(sshJump).readonly().exactOptional(),
});

/** Octal, without setuid, setgid and sticky. A file of ours is not for others to write; one of the user's stays as it was. */
const anyMode = z.string().regex(/^0?[0-7]{3}$/, "is not a mode of three octal digits");
const ownMode = anyMode.refine((mode) => (Number.parseInt(mode, 8) & 0o022) === 0, "lets others write");

function fileAt(paths: readonly string[], mode: typeof anyMode) {
  return z
    .object({
      path: z.string().refine((path) => paths.includes(path), "is not a path of this step"),
      mode,
      content: z.string(),
      encoding: z.literal("base64").exactOptional(),
    })
    .refine(({ content, encoding }) => !encoding || /^[A-Za-z0-9+/]*={0,2}$/.test(content), "is not base64");
}

/** A file of Wayout's at one of these paths. */
export function ownFileAt(paths: readonly string[]) {
  return fileAt(paths, ownMode);
}

/** A file of the user's at one of these paths. */
export function userFileAt(paths: readonly string[]) {
  return fileAt(paths, anyMode);
}

/** Files of ours at these paths, as a host has them. Others could write to one: that does not come back. */
export function ownFilesIn({ ownFiles }: Pick<HostFacts, "ownFiles">, paths: readonly string[]): HostFile[] {
  return ownFiles.filter(({ path }) => paths.includes(path)).map((file) => withMode(file, 0o755));
}

/** A file of the user's as it comes back: what setuid, setgid and sticky would mean there, nobody wants. */
export function userFile(file: HostFile): HostFile {
  return withMode(file, 0o777);
}

function withMode(file: HostFile, mask: number): HostFile {
  return { ...file, mode: (Number.parseInt(file.mode, 8) & mask).toString(8).padStart(3, "0") };
}

/** Names and values of kernel parameters that a step sets. */
export function sysctlValues(names: RegExp) {
  return z.record(
    z.string().regex(names, "is not a kernel parameter of this step"),
    z.string().regex(/^-?\d{1,10}$/, "is not a number"),
  );
}

export const handMadeRule = z.object({
  rule: z
    .string()
    .refine((text) => parseManualRule(text) !== undefined, "is not a rule of the manual's form"),
  position: z.int().min(1).max(1_000_000),
  backend: z.enum(["iptables-nft", "iptables-legacy"]),
  source: cidr,
});

export const initSystem = z.enum(["systemd", "sysv", "none"]);

/** What every step on a host is told. */
export const onHost = {
  gateway: gatewayName,
  host: hostAddress,
  vpcCidrs: z.array(cidr),
  /** MACs of the proxy's NICs in the VPC. */
  insideMacs: z.array(mac),
  /** The proxy's address that carries the EIP: what leaves must leave from it. */
  privateIp: address,
};
