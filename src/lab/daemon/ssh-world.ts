/**
 * A lab's SSH world: one key that may log in, one host key that every server shows, and an ssh configuration
 * with which the user's own ssh reaches the servers through the lab's Internet, as it would reach real ones.
 */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { LabPlaces } from "../client/places.ts";
import { publicRange } from "../state.ts";

const run = promisify(execFile);

export interface SshWorld {
  /** One line of authorized_keys. */
  readonly userKey: string;
  readonly hostKey: { readonly privateKey: string; readonly publicKey: string };
}

/** Makes the keys anew and writes them, known_hosts and ssh_config, readable by their owner alone. */
export async function makeSshWorld(
  places: LabPlaces,
  internet: { readonly holder: number; readonly namespace: string },
): Promise<SshWorld> {
  await Promise.all(
    [places.userKey, places.hostKey].map((path) =>
      run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `wayout-${places.name}`, "-f", path]),
    ),
  );
  const [userKey, publicKey, privateKey] = await Promise.all([
    readFile(`${places.userKey}.pub`, "utf8"),
    readFile(`${places.hostKey}.pub`, "utf8"),
    readFile(places.hostKey, "utf8"),
  ]);
  await writeFile(places.knownHosts, `* ${publicKey}`, { mode: 0o600 });
  await writeFile(places.sshConfig, sshConfig(places, internet), { mode: 0o600 });
  return { userKey: userKey.trim(), hostKey: { privateKey, publicKey } };
}

/** ssh_config(5). `-J` starts an ssh of its own for the jump host, with the same configuration. */
function sshConfig(
  places: LabPlaces,
  internet: { readonly holder: number; readonly namespace: string },
): string {
  return `# Lab "${places.name}": ssh -F THIS_FILE 203.0.113.10
# EIPs are reached from a seat in the lab's Internet.
Host ${publicRange.replace(/\d+\/24$/, "*")}
  ProxyCommand nsenter --net=/proc/${internet.holder}/root/run/netns/${internet.namespace} nc %h %p

Host *
  User root
  IdentityFile ${places.userKey}
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${places.knownHosts}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  UpdateHostKeys no
  # Not what is proof against quantum computers: it costs twice the time of the whole login, and this never leaves the machine.
  KexAlgorithms ^curve25519-sha256
  BatchMode yes
  LogLevel ERROR
`;
}
