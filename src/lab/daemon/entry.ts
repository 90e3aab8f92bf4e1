/** The way into a server without its network. */

const environment = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "LANG=C.UTF-8",
  "TERM=xterm",
];

/**
 * The command that runs what follows it as root in the namespaces of the server's first process.
 * @param initPid as the lab's pid namespace numbers it
 */
export function entryCommand(initPid: number): readonly string[] {
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid"];
  return ["nsenter", `--target=${initPid}`, ...namespaces, "--", "/usr/bin/env", "-i", ...environment];
}
