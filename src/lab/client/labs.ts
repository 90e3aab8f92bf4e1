/** The labs of this machine, and the way into one of them. */
import { z } from "zod";
import { command, commandLine } from "../../report/command.ts";
import { Problem, type ProblemFields } from "../../report/problem.ts";
import { nearest, suggestion } from "../../spec/nearest.ts";
import { ask } from "./control.ts";
import { type CloudEntry, type LabProbes, readFacts } from "./facts.ts";
import { isAlive, readOwner } from "./owner.ts";
import { type LabPlaces, placesOf, sameLab } from "./places.ts";
import { labNames } from "./remove.ts";
import { type ApiCall, apiCallSchema, type LabStatus, labStatusSchema } from "./status.ts";

/** Everything that a user of the lab's cloud needs, as a user of a real one has it. */
export interface LabConnection {
  readonly name: string;
  /** "http://127.0.0.1:PORT" */
  readonly apiUrl: string;
  /** The entry "lab" of clouds.yaml; holds the password of this lab. */
  readonly cloud: CloudEntry;
  /** Path of a clouds.yaml with that entry, for the openstack client. */
  readonly cloudsFile: string;
  /** For ssh -F. */
  readonly sshConfig: string;
  /** Hosts of the lab's Internet for verify. */
  readonly probes: LabProbes;
}

/** Names of the labs that are up. */
export function labs(): readonly string[] {
  return labNames().filter((name) => {
    const owner = readOwner(placesOf(name).owner);
    return isAlive(owner) && !owner.starting;
  });
}

/** @throws Problem lab/not-up, lab/starting, lab/name-invalid. */
export async function openLab(name = "lab"): Promise<LabConnection> {
  const places = placesOfRunning(name);
  const { apiUrl, cloud, probes } = readFacts(places);
  return { name, apiUrl, cloud, cloudsFile: places.clouds, sshConfig: places.sshConfig, probes };
}

/** What the lab's daemon says about it now. */
export async function labStatus(name: string): Promise<LabStatus> {
  return await ask(placesOfRunning(name), "GET", "/status", labStatusSchema);
}

/** The requests that the lab's API has answered, the last 10,000, oldest first. */
export async function apiCalls(name: string): Promise<readonly ApiCall[]> {
  return await ask(placesOfRunning(name), "GET", "/calls", z.array(apiCallSchema));
}

/** The places of a lab that is up, or the Problem that says why not. */
export function placesOfRunning(name: string): LabPlaces {
  const places = placesOf(name);
  const owner = readOwner(places.owner);
  if (isAlive(owner) && !owner.starting) return places;
  throw new Problem(
    isAlive(owner)
      ? {
          code: "lab/starting",
          summary: `lab "${name}" is just being brought up`,
          hint: "Run the command again in a few seconds.",
          retry: true,
        }
      : notUp(name, labs()),
  );
}

/** @param up the labs that are. */
export function notUp(name: string, up: readonly string[]): ProblemFields {
  const other = up.length === 1 ? up[0] : nearest(name, up);
  const labUp = command("wayout lab up", { options: sameLab(name) });
  const bringUp = `Bring it up with \`${labUp}\``;
  return {
    code: "lab/not-up",
    summary: `lab "${name}" is not up${up.length > 0 ? `; ${suggestion(name, up, "lab")}` : ""}`,
    hint:
      up.length === 0
        ? `${bringUp}.`
        : `${bringUp}, or choose one that is up with \`${commandLine(["--lab", other ?? "NAME"])}\` (\`--name\` after \`wayout lab\`).`,
  };
}
