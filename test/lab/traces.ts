/** What a lab is on this machine while it is up, so that a test can tell whether anything of it is left. */
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hierarchies } from "../../src/lab/client/cgroups.ts";
import { readOwner } from "../../src/lab/client/owner.ts";
import { placesOf } from "../../src/lab/client/places.ts";
import { childrenOf, isRunning, type ProcessId, processId } from "../../src/lab/client/process-id.ts";

const kinds = ["mnt", "net", "pid", "uts", "ipc", "cgroup"] as const;

/** Namespaces that tests beside this one name: theirs may have the number of one that is gone. */
const placeOfAnotherTest = " /run/netns/wt-";

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
  const ours = namespacesOf("self");
  return {
    name,
    holder: owner.holder,
    processes: pids.flatMap((pid) => processId(pid) ?? []),
    namespaces: new Set(pids.flatMap(namespacesOf)).difference(new Set(ours)),
  };
}

/** The daemon's node process, as the machine numbers it. */
export function daemonOf({ processes }: Traces): number {
  const found = processes.find(({ pid }) => commandOf(pid).includes("/lab/daemon/main.ts"));
  if (!found) throw new Error("no daemon among the lab's processes");
  return found.pid;
}

/** What is left of the lab: empty when nothing is. */
export function leftOf({ name, processes, namespaces }: Traces): readonly string[] {
  const places = placesOf(name);
  const left: string[] = processes.filter(isRunning).map(({ pid }) => `process ${pid}: ${commandOf(pid)}`);
  // A process that has ended waits as a zombie until its parent, often the machine's init, looks at it.
  const alive = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && processId(Number(entry)));
  // The kernel gives the number of a namespace that is gone to a new one: to that of a lab or of a fabric that comes up beside.
  for (const pid of alive.filter((each) => (worldOf(each) ?? name) === name)) {
    for (const namespace of namespacesOf(pid)) {
      if (namespaces.has(namespace)) left.push(`${namespace} of process ${pid}: ${commandOf(pid)}`);
    }
    for (const mount of mountsOf(pid).filter((each) => !each.includes(placeOfAnotherTest))) {
      const held = [...namespaces].some((namespace) => mount.includes(` ${namespace} `));
      if (held || mount.includes(`${places.disks}/`)) left.push(`mount in process ${pid}: ${mount}`);
    }
  }
  const groups = hierarchies().map((root) => `${root}/wayout-${name}`);
  return [...left, ...[places.run, places.disks, ...groups].filter((path) => existsSync(path))];
}

function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}

/** The lab, or a test's fabric without one, that the process is part of, by what it or one above it runs. */
function worldOf(pid: string): string | undefined {
  for (let each = pid; Number(each) > 1; each = parentOf(each)) {
    const command = commandOf(each);
    const lab = /\/lab\/daemon\/main\.ts (\S+)/.exec(command)?.[1];
    if (lab !== undefined) return lab;
    if (command.endsWith("/fabric-world-worker.ts")) return "a fabric";
  }
  return undefined;
}

function parentOf(pid: string): string {
  try {
    return /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  } catch {
    return "0";
  }
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
