/** What a cloud writes to a new server's disk before or at its first boot (cloud-init's work), as files. */
import { createHash } from "node:crypto";
import type { DiskFile } from "./disk.ts";

export interface FirstFiles {
  readonly hostname: string;
  /** Something no other server has, for example its id. */
  readonly serverId: string;
  /** Lines of authorized_keys, for root and for the image's user `linux`. */
  readonly authorizedKeys: readonly string[];
  /** OpenSSH ed25519 host key pair. */
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
  /** The server's own network settings; left out where the fabric sets them, as for light servers. */
  readonly network?: NetworkSettings;
  readonly dns: readonly string[];
}

export interface NetworkSettings {
  readonly device: string;
  /** With prefix length. */
  readonly address: string;
  /** "": none. */
  readonly gateway: string;
  readonly mtu: number;
  /** NICs besides the main one: none of them has the way out. */
  readonly others: readonly { readonly device: string; readonly address: string }[];
}

export function firstFiles(wish: FirstFiles): readonly DiskFile[] {
  const keys = `${wish.authorizedKeys.join("\n")}\n`;
  const network = wish.network === undefined ? [] : [interfacesFile(wish.network)];
  return [
    { path: "/etc/hostname", content: `${wish.hostname}\n` },
    { path: "/etc/hosts", content: hostsText(wish.hostname) },
    { path: "/etc/machine-id", content: `${machineId(wish.serverId)}\n`, mode: 0o444 },
    { path: "/etc/resolv.conf", content: wish.dns.map((address) => `nameserver ${address}\n`).join("") },
    { path: "/etc/ssh/ssh_host_ed25519_key", content: wish.hostKey.privateKey, mode: 0o600 },
    { path: "/etc/ssh/ssh_host_ed25519_key.pub", content: wish.hostKey.publicKey },
    { path: "/root/.ssh/authorized_keys", content: keys, mode: 0o600 },
    { path: "/home/linux/.ssh/authorized_keys", content: keys, mode: 0o600, owner: 1000 },
    ...network,
  ];
}

/** interfaces(5), in the form in which cloud-init writes it on Debian 12. */
export function interfacesText(network: NetworkSettings): string {
  return [
    "# Written when the server was created, from what the cloud says of its NIC.",
    "auto lo",
    "iface lo inet loopback",
    "",
    `auto ${network.device}`,
    `iface ${network.device} inet static`,
    `    address ${network.address}`,
    ...(network.gateway === "" ? [] : [`    gateway ${network.gateway}`]),
    `    mtu ${network.mtu}`,
    "",
    ...network.others.flatMap(({ device, address }) => [
      `auto ${device}`,
      `iface ${device} inet static`,
      `    address ${address}`,
      `    mtu ${network.mtu}`,
      "",
    ]),
  ].join("\n");
}

function interfacesFile(network: NetworkSettings): DiskFile {
  return { path: "/etc/network/interfaces", content: interfacesText(network) };
}

function hostsText(hostname: string): string {
  return `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n::1 localhost ip6-localhost ip6-loopback\n`;
}

/** machine-id(5): 32 hex digits. Set, so that the first boot is not a "first boot" to systemd, which costs a second. */
function machineId(serverId: string): string {
  return createHash("sha256").update(`machine-id of ${serverId}`).digest("hex").slice(0, 32);
}
