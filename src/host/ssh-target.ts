/** Where ssh goes, as words of its command line, each of a form that ssh and the shells behind it read in one way only. Pure. */
import { Problem } from "../report/problem.ts";
import { isPort, isSshDestination, isSshUser, jumpText, parseJumps } from "../spec/ssh-words.ts";
import { unreachableAs } from "../spec/unroutable.ts";
import type { HostAddress } from "./host.ts";

/**
 * The last gate for an address, whichever way it came: wayout.yaml, the cloud, the journal.
 * @throws Problem host/bad-address
 */
export function sshTarget(address: HostAddress): readonly string[] {
  const { user, port, jump, destination } = address;
  if (!isSshDestination(destination)) {
    throw badAddress(address, "destination", destination, "is not a host name or an address");
  }
  // Any other server of the cloud, or this machine, would be taken for the one that was meant.
  const what = address.byEip ? unreachableAs(destination) : undefined;
  if (what !== undefined) throw badAddress(address, "EIP", destination, `is ${what}: no server can have it`);
  if (user !== undefined && !isSshUser(user)) throw badAddress(address, "user", user, "is not a login name");
  if (port !== undefined && !isPort(port)) throw badAddress(address, "port", String(port), "is not a port");
  const jumps = jump === undefined ? [] : parseJumps(jump);
  if (jumps === undefined) {
    throw badAddress(
      address,
      "jump",
      jump ?? "",
      "is not a list of jump hosts like linux@bastion,inner:2222",
    );
  }
  return [
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
    ...(jumps.length === 0 ? [] : ["-J", jumpText(jumps)]),
    "--",
    destination,
  ];
}

function badAddress({ server }: HostAddress, part: string, value: string, why: string): Problem {
  return new Problem({
    code: "host/bad-address",
    summary: `${server} is not reached over SSH: its ${part} ${JSON.stringify(value)} ${why}`,
    hint: "Nothing was sent. The login is set in wayout.yaml, each part by itself: ssh: {user: ..., port: ..., jump: ..., address: ...}",
  });
}
