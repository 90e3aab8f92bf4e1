/** What a lab is on this machine while it is up, so that a test can tell whether anything of it is left. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hierarchies } from "../../src/lab/client/cgroups.ts";
import { readOwner } from "../../src/lab/client/owner.ts";
import { placesOf } from "../../src/lab/client/places.ts";
import { childrenOf, isRunning, type ProcessId, processId } from "../../src/lab/client/process-id.ts";

const kinds = ["mnt", "net", "pid", "uts", "ipc", "cgroup"] as const;

/**
 * An open file for each namespace of a lab that is looked at. The kernel gives the number of a namespace that is gone to a
 * new one, which comes up beside; as long as one is held, its number is its own. Nobody lives in it for that.
 */
const held = new Map<string, number>();

export interface Traces {
  readonly name: string;
  /** `unshare`, outside of the lab's own namespaces. */
  readonly holder: ProcessId;
  /** Every process of the lab, the holder among them. */
  readonly processes: readonly ProcessId[];
  /** "net:[4026532421]": every namespace that the lab's processes have and this one has not. */
  readonly namespaces: ReadonlySet<string>;
}

export function tracesOf(name: string): Traces {
  const owner = readOwner(placesOf(name).owner);
  if (!owner) throw new Error(`lab ${name} has no owner`);
  const pids = withDescendants(owner.holder.pid);
  const ours = new Set(namespacesOf("self"));
  const namespaces = new Set(pids.flatMap((pid) => kinds.flatMap((kind) => hold(pid, kind, ours))));
  return {
    name,
    holder: owner.holder,
    processes: pids.flatMap((pid) => processId(pid) ?? []),
    namespaces,
  };
}

/** The daemon's node process, as the machine numbers it. */
export function daemonOf({ processes }: Traces): number {
  const found = processes.find(({ pid }) => commandOf(pid).includes("/lab/daemon/main.ts"));
  if (!found) throw new Error("no daemon among the lab's processes");
  return found.pid;
}

/** What is left of the lab: empty when nothing is. Asked once: the numbers of its namespaces are given free. */
export function leftOf({ name, processes, namespaces }: Traces): readonly string[] {
  const places = placesOf(name);
  const left: string[] = processes.filter(isRunning).map(({ pid }) => `process ${pid}: ${commandOf(pid)}`);
  // A process that has ended waits as a zombie until its parent, often the machine's init, looks at it.
  const alive = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && processId(Number(entry)));
  for (const pid of alive) {
    for (const namespace of namespacesOf(pid)) {
      if (namespaces.has(namespace)) left.push(`${namespace} of process ${pid}: ${commandOf(pid)}`);
    }
    for (const mount of mountsOf(pid)) {
      const isHeld = [...namespaces].some((namespace) => mount.includes(` ${namespace} `));
      if (isHeld || mount.includes(`${places.disks}/`)) left.push(`mount in process ${pid}: ${mount}`);
    }
  }
  const groups = hierarchies().map((root) => `${root}/wayout-${name}`);
  for (const namespace of namespaces) letGo(namespace);
  return [...left, ...[places.run, places.disks, ...groups].filter((path) => existsSync(path))];
}

/** Its name, unless it is one of `ours`; none where the process is gone. */
function hold(pid: number, kind: string, ours: ReadonlySet<string>): string[] {
  try {
    const file = openSync(`/proc/${pid}/ns/${kind}`, "r");
    const namespace = readlinkSync(`/proc/self/fd/${file}`);
    if (ours.has(namespace) || held.has(namespace)) closeSync(file);
    else held.set(namespace, file);
    return ours.has(namespace) ? [] : [namespace];
  } catch {
    return [];
  }
}

function letGo(namespace: string): void {
  const file = held.get(namespace);
  if (file !== undefined) closeSync(file);
  held.delete(namespace);
}

function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

function namespacesOf(pid: number | string): string[] {
  return kinds.flatMap((kind) => {
    try {
      return [readlinkSync(`/proc/${pid}/ns/${kind}`)];
    } catch {
      return [];
    }
  });
}

function mountsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, "utf8").split("\n");
  } catch {
    return [];
  }
}

function commandOf(pid: number | string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
