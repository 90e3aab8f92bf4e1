/** What goes into the lab's images. The key of a cached image is the hash of all of it. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { internetHosts, internetNames, type LabImageName } from "../state.ts";

export const suite = "bookworm";

/** What a cloud's Debian image has, on top of debootstrap's minbase. */
export const debianPackages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "openssh-server",
  "openssh-client",
  "iproute2",
  "nftables",
  "iptables",
  "conntrack",
  "procps",
  "psmisc",
  "iputils-ping",
  "curl",
  "ca-certificates",
  "openssl",
  "netcat-openbsd",
  "ifupdown",
  "kmod",
  "sudo",
  "less",
] as const;

/** In the mirror but not in the image; each comes with what it needs on top of the image. */
export const mirrorPackages = [
  "hello",
  "tree",
  "tcpdump",
  "keepalived",
  "conntrackd",
  "iputils-arping",
  "dnsutils",
  "sysvinit-core",
] as const;

/** What the certificate of the Internet's hosts is good for, as openssl's subjectAltName has it. */
export const siteNames: readonly string[] = [
  ...Object.values(internetNames).map((name) => `DNS:${name}`),
  ...Object.values(internetHosts).map((address) => `IP:${address}`),
];

/** The programs that make the images, in the order in which they run. */
export const scripts = {
  certificateAuthority: scriptPath("certificate-authority.sh"),
  debian: scriptPath("debian.sh"),
  packages: scriptPath("packages.sh"),
  sysv: scriptPath("sysv.sh"),
} as const;

export interface Recipe {
  readonly suite: string;
  readonly architecture: string;
  readonly packages: readonly string[];
  readonly mirror: readonly string[];
  readonly sites: readonly string[];
  /** Text of the scripts that make the image. */
  readonly scripts: readonly string[];
}

/** The recipe of an image for a Debian architecture (amd64, arm64). `sysv` stands on `debian`, so it has all of its. */
export function recipeOf(name: LabImageName, architecture: string): Recipe {
  const used = [scripts.certificateAuthority, scripts.debian, scripts.packages];
  if (name === "sysv") used.push(scripts.sysv);
  return {
    suite,
    architecture,
    packages: debianPackages,
    mirror: mirrorPackages,
    sites: siteNames,
    scripts: used.map((path) => readFileSync(path, "utf8")),
  };
}

/** Name of the cache directory of an image made after this recipe: "debian-3f2a...". */
export function recipeKey(name: LabImageName, recipe: Recipe): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([name, recipe]))
    .digest("hex");
  return `${name}-${hash.slice(0, 16)}`;
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(`scripts/${name}`, import.meta.url));
}
