/** Where a lab keeps its files. One place, so that what is made can also be found and removed. */
import { basename, dirname, join } from "node:path";
import type { CommandOption } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";

/** Small files that die with the machine: sockets, keys, logs. */
export const runRoot = "/run/wayout/labs";
/** The servers' disks. Not below /run: overlay upper directories want a real file system, and memory is scarce. */
export const diskRoot = "/var/lib/wayout/labs";

export interface LabPlaces {
  readonly name: string;
  readonly run: string;
  /** Which processes the lab is, as `owner.ts` writes it. */
  readonly owner: string;
  readonly socket: string;
  readonly log: string;
  /** What the daemon starts with: `launch-plan.ts`. */
  readonly plan: string;
  /** What a client of the lab needs to know: `facts.ts`. */
  readonly facts: string;
  readonly clouds: string;
  readonly sshConfig: string;
  readonly userKey: string;
  readonly hostKey: string;
  readonly knownHosts: string;
  readonly disks: string;
}

export function isLabName(name: string): boolean {
  return /^[a-z][a-z0-9-]{0,19}$/.test(name);
}

/** The option that leads another `wayout lab` command to the same lab; none where the default does. */
export function sameLab(name: string): readonly CommandOption[] {
  return name === "lab" ? [] : [["--name", name]];
}

/** The lab whose clouds.yaml this is; undefined where it is none's. */
export function labOfCloudsFile(path: string): string | undefined {
  const name = basename(dirname(path));
  return isLabName(name) && path === placesOf(name).clouds ? name : undefined;
}

/** The places of the lab `name`. Throws Problem "lab/name-invalid". */
export function placesOf(name: string): LabPlaces {
  if (!isLabName(name)) {
    throw new Problem({
      code: "lab/name-invalid",
      summary: `"${name}" cannot be the name of a lab`,
      detail: "A name is a small letter followed by at most 19 small letters, digits or dashes.",
      hint: "Choose another name with --name, for example --name second.",
    });
  }
  const run = join(runRoot, name);
  return {
    name,
    run,
    owner: join(run, "owner.json"),
    socket: join(run, "control.sock"),
    log: join(run, "daemon.log"),
    plan: join(run, "plan.json"),
    facts: join(run, "lab.json"),
    clouds: join(run, "clouds.yaml"),
    sshConfig: join(run, "ssh_config"),
    userKey: join(run, "user_key"),
    hostKey: join(run, "host_key"),
    knownHosts: join(run, "known_hosts"),
    disks: join(diskRoot, name),
  };
}
