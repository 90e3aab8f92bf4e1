/** A Linux machine reached over SSH. Needs nothing on it but a POSIX shell. */
import type { KeepalivedVersion } from "./pair/signing.ts";

/** How to reach a host; plain text, so that the journal can carry it. */
export interface HostAddress {
  /** The server's name, for people. */
  readonly server: string;
  /** The server's id in the cloud: a server made anew under the same name is another host. */
  readonly serverId?: string;
  /** What ssh is given as its destination: an address, or a Host of the user's ssh config. */
  readonly destination: string;
  /** The destination is an EIP: it may be bound elsewhere, or be somebody else's, later on. */
  readonly byEip?: boolean;
  readonly user?: string;
  readonly port?: number;
  /** Passed on to ssh as -J: jump hosts, the nearest first. */
  readonly jump?: string;
  /** Tried in place of `jump` where that leads nowhere. */
  readonly otherJumps?: readonly string[];
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface HostReader {
  readonly address: HostAddress;
  /** Everything the steps decide on, in one round trip; remembered until something is written. */
  facts(options?: {
    /** Reads again, whatever is remembered. */
    readonly anew?: boolean;
  }): Promise<HostFacts>;
  /** Runs a shell script that only reads. A non-zero exit is a result, not an error. */
  read(script: string, options?: RunOptions): Promise<CommandResult>;
}

export interface RunOptions {
  readonly timeoutMs?: number;
}

export interface Host extends HostReader {
  /** Runs a shell script as root. A non-zero exit throws Problem "host/command-failed". */
  write(script: string, options?: RunOptions): Promise<CommandResult>;
  /** The same over a connection made for this call: proves that a new login still works. */
  writeFresh(script: string, options?: RunOptions): Promise<CommandResult>;
}

export type InitSystem = "systemd" | "sysv" | "none";

/** One network device of the host. */
export interface HostDevice {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  /** IPv4 addresses with prefix length. */
  readonly addresses: readonly string[];
}

/** A file's whole state, enough to bring it back: absent files have no entry. */
export interface HostFile {
  readonly path: string;
  /** Octal, as chmod takes it. */
  readonly mode: string;
  readonly content: string;
  /** Set when the bytes are not UTF-8 text: `content` is base64 then. */
  readonly encoding?: "base64";
}

/** A firewall on the host that is not ours and sees what is forwarded. */
export interface RivalFirewall {
  /** Who seems to keep it: a program, or by its kind a person. */
  readonly name: "ufw" | "firewalld" | "docker" | "iptables" | "nftables";
  readonly backend: "iptables-nft" | "iptables-legacy" | "nftables";
  /** Of nftables, the table: "inet filter". */
  readonly table?: string;
  /** As its own tool prints it. */
  readonly rules: string;
}

export interface OwnRules {
  readonly backend: "nftables" | "iptables";
  readonly text: string;
  /** What was loaded is still there word for word: nobody has changed it since. */
  readonly intact: boolean;
}

/** A SNAT or MASQUERADE rule set by hand, as the manual's procedure leaves it. */
export interface HandMadeRule {
  /** As `iptables -t nat -S POSTROUTING` prints it. */
  readonly rule: string;
  /** Its place in the chain, from 1. */
  readonly position: number;
  readonly backend: "iptables-nft" | "iptables-legacy";
  readonly source: string;
}

export interface HostService {
  readonly unit: string;
  /** Started at boot. */
  readonly enabled: boolean;
  /** It runs. */
  readonly active: boolean;
  /** Of the one with the guard of a pair: its rules are loaded. */
  readonly guarded?: boolean;
}

/** Of signed adverts in a pair. The key itself is never read. */
export interface SigningFacts {
  /** Fingerprint of a well-formed key that root alone can read; null for none, and for any other. */
  readonly key: string | null;
  /** The configuration that keepalived was started with; null where it does not run. */
  readonly loaded: string | null;
  /** The clock is behind the adverts that were signed. */
  readonly behind: boolean;
}

export interface HostFacts {
  readonly kernel: string;
  readonly osName: string;
  readonly init: InitSystem;
  readonly isRoot: boolean;
  /** Commands found on the host. */
  readonly has: {
    readonly nft: boolean;
    readonly iptables: boolean;
    readonly systemctl: boolean;
    readonly conntrack: boolean;
    readonly curl: boolean;
    readonly keepalived: boolean;
    readonly conntrackd: boolean;
    readonly arping: boolean;
    readonly perl: boolean;
  };
  /** What installs packages here; null where nothing that we know does. */
  readonly packageManager: "apt-get" | "dnf" | "yum" | null;
  /** Our own services of systemd that are there. */
  readonly services: readonly HostService[];
  /** Absent where there is no keepalived, or its version is not understood. */
  readonly keepalived?: KeepalivedVersion;
  readonly signing: SigningFacts;
  readonly devices: readonly HostDevice[];
  /** Device, next hop and source address of the route to the Internet, from `ip route get`. */
  readonly egress?: { readonly device: string; readonly address: string; readonly via?: string };
  readonly memoryMiB: number;
  /** Values of the sysctls that Wayout looks at or sets; missing ones are absent. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Sysctls that root on this machine cannot write (a container's view of the kernel). */
  readonly sysctlReadOnly: readonly string[];
  /** The value of net.ipv4.ip_forward after the next boot, from the sysctl files; absent if none sets it. */
  readonly ipForwardAtBoot?: { readonly value: string; readonly file: string };
  /** Our own files, as they are now. */
  readonly ownFiles: readonly HostFile[];
  /** Our own kernel rules, as the kernel prints them; absent when there are none. */
  readonly ownRules?: OwnRules;
  /** Our boot unit is enabled. */
  readonly ownUnitEnabled: boolean;
  /** Our boot entries that will run: "wayout", and where no sysctl.d is read, "wayout-forwarding". */
  readonly enabledUnits: readonly string[];
  /** The local boot script: where boot entries go when there is no init system to ask. */
  readonly rcLocal?: HostFile;
  /** Where this login comes from, as the host sees it, and the port of its sshd; absent where it is not by IPv4. */
  readonly login?: { readonly from: string; readonly port: number };
  /** A restore timer of an unconfirmed change is armed. */
  readonly armed: boolean;
  /** A script of ours is changing the host, whoever sent it: what was read is half of that change. */
  readonly busy: boolean;
  readonly handMadeRules: readonly HandMadeRule[];
  /** Files in which the manual's commands were made persistent: rc.local, sysctl.conf, saved iptables rules. */
  readonly handMadeFiles: readonly HostFile[];
  readonly rivals: readonly RivalFirewall[];
}
