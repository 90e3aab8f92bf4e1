/**
 * The configuration that ssh is started with: Wayout's own settings, then the user's files. Of each setting ssh takes the first value that it
 * reads (ssh_config(5)), and it starts the ssh of a jump host with the same file: so these hold for every connection, to jump hosts too,
 * whether the jump comes from wayout.yaml or from the user's ProxyJump. What is given by -o would hold for the last connection alone.
 */
import { resolve } from "node:path";

/** Nothing of this machine goes along, nothing runs on it, nothing is opened on either side; and no person is asked. */
const settings: readonly string[] = [
  "ForwardAgent no",
  "ForwardX11 no",
  "ForwardX11Trusted no",
  // Kerberos' own way of letting the host act as the user.
  "GSSAPIDelegateCredentials no",
  "PermitLocalCommand no",
  "RemoteCommand none",
  "ClearAllForwardings yes",
  "Tunnel no",
  "GatewayPorts no",
  "EscapeChar none",
  "RequestTTY no",
  // The ssh of a jump host makes no master of its own; one that the user has opened is used.
  "ControlMaster no",
  "ControlPersist no",
  "BatchMode yes",
  "LogLevel ERROR",
  "ServerAliveInterval 5",
  "ServerAliveCountMax 3",
  // Takes the place of the user's SetEnv. Most servers accept it, and sudo's messages are in English then.
  "SetEnv LC_ALL=C",
];

/** From OpenSSH 8.7 on the configuration can take a login's commands and input away. */
const settingsSince87: readonly string[] = [
  "SessionType default",
  "StdinNull no",
  "ForkAfterAuthentication no",
];

/** Where ssh looks when it is not told otherwise. */
const usersFiles = ["~/.ssh/config", "/etc/ssh/ssh_config"];

/**
 * @param version what `ssh -V` prints: an older ssh ends at a setting that it does not know.
 * @param configFile in place of the user's files.
 */
export function sshConfigText(connectSeconds: number, version: string, configFile?: string): string {
  const [, major = 0, minor = 0] = (/OpenSSH_(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const newer = major > 8 || (major === 8 && minor >= 7);
  const files = configFile === undefined ? usersFiles : [includable(resolve(configFile))];
  return `# Wayout: the first value counts, here and for jump hosts.
${[...settings, ...(newer ? settingsSince87 : [])].join("\n")}
ConnectTimeout ${connectSeconds}
${files.map((file) => `Include ${file}`).join("\n")}
# Variables are added by each file, and taken away last.
Match all
  SendEnv -*
`;
}

/** ssh reads a pattern of file names there. */
function includable(path: string): string {
  return `"${path.replaceAll(/[*?[\]\\]/g, "\\$&")}"`;
}
