/** What can be broken in a lab, each in a file of its own. */
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { messageOf, Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import type { ApiFaults } from "../api/faults.ts";
import type { PathLimit } from "../fabric/nat.ts";
import type { LabServer, LabState } from "../state.ts";

/** The parts of a lab that faults reach into. */
export interface FaultyLab {
  readonly state: LabState;
  readonly api: ApiFaults;
  /** Changes the state in turn with the API's own changes, all or nothing; packets follow before it resolves. */
  change(work: () => void): Promise<void>;
  /** Pulls the cable out of every NIC of a server, or plugs it in again. */
  setCable(serverId: string, plugged: boolean): Promise<void>;
  /** Cuts a server's power, or boots it again. */
  setPower(serverId: string, on: boolean): Promise<void>;
  /** Limits the size of packets between the VPCs and the Internet; null: no limit. */
  setPathMtu(limit: PathLimit | null): Promise<void>;
  /** Runs a shell script as root inside a server; throws where it fails. Returns what it printed. */
  run(serverId: string, script: string): Promise<string>;
}

export interface Broken {
  /** What is broken now, in words: "ecs-proxy's cable is out". */
  readonly effect: string;
  mend(): Promise<void>;
  /** When it ends by itself, in words: "with the next API call". */
  readonly ends?: string;
  /** It has ended by itself: the next N calls are over, the server is deleted. */
  isOver?(): boolean;
}

export interface Fault {
  readonly name: string;
  /** As `wayout lab break --help` shows it. */
  readonly usage: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** A lab has at most one of them: a second would hide the first. */
  readonly single?: true;
  break(words: readonly string[], lab: FaultyLab): Promise<Broken>;
}

/** The words after the fault's name, or a Problem that shows how it is used. */
export function wordsOf<T extends ParseArgsOptionsConfig>(
  fault: Pick<Fault, "usage">,
  words: readonly string[],
  options: T,
  positionals: { readonly min: number; readonly max: number },
) {
  try {
    const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
    const { length } = parsed.positionals;
    if (length < positionals.min) throw new Error("something is missing");
    if (length > positionals.max)
      throw new Error(`too much: ${parsed.positionals.slice(positionals.max).join(" ")}`);
    return parsed;
  } catch (cause) {
    const [reason = ""] = messageOf(cause).split(". To ");
    throw usageProblem(fault, reason, cause);
  }
}

export function usageProblem(fault: Pick<Fault, "usage">, reason: string, cause?: unknown): Problem {
  return new Problem({
    code: "lab/fault-usage",
    summary: `this fault cannot be made so: ${reason}`,
    hint: `wayout lab break ${fault.usage}`,
    cause,
  });
}

/** @throws Problem lab/no-server with the nearest name */
export function serverNamed(state: LabState, name: string): LabServer {
  const found = state.servers.values().find((server) => server.name === name);
  if (found) return found;
  const names = [...state.servers.values()].map((server) => server.name);
  throw new Problem({
    code: "lab/no-server",
    summary: `no server ${name} in this lab; ${suggestion(name, names, "server")}`,
    hint: "`wayout lab status` lists the servers.",
  });
}
