/** What can be done to a lab that is up, and how to get into one of its servers. */
import { z } from "zod";
import { command } from "../../report/command.ts";
import { Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import { ask } from "./control.ts";
import { labStatus, placesOfRunning } from "./labs.ts";
import { processesOf, readOwner } from "./owner.ts";
import { sameLab } from "./places.ts";
import { type FaultStatus, faultStatusSchema, type ServerStatus } from "./status.ts";

const nothing = z.object({});

/** Returns when the server answers again. */
export async function rebootServer(lab: string, server: string): Promise<void> {
  await ask(placesOfRunning(lab), "POST", "/reboot", nothing, { server });
}

/** @param words the fault's name and its arguments, as after `wayout lab break` */
export async function breakFault(lab: string, words: readonly string[]): Promise<FaultStatus> {
  return await ask(placesOfRunning(lab), "POST", "/break", faultStatusSchema, { words });
}

/** Mends the fault `id`, or every fault without one. Returns what was mended. */
export async function mendFault(lab: string, id: string | undefined): Promise<readonly FaultStatus[]> {
  const answer = z.object({ mended: z.array(faultStatusSchema) });
  return (await ask(placesOfRunning(lab), "POST", "/mend", answer, { id })).mended;
}

/** The command line that runs `words` as root inside the server, from outside the lab. */
export async function commandInside(
  lab: string,
  server: string,
  words: readonly string[],
): Promise<readonly string[]> {
  const places = placesOfRunning(lab);
  const path = `/entry?server=${encodeURIComponent(server)}`;
  const entry = await ask(places, "GET", path, z.object({ command: z.array(z.string()) }));
  const owner = readOwner(places.owner);
  const first = owner ? processesOf(owner).find(({ pid }) => pid !== owner.holder.pid) : undefined;
  if (!first) throw new Problem({ code: "lab/no-answer", summary: `lab "${lab}" has just ended` });
  return ["nsenter", `--target=${first.pid}`, "--mount", "--pid", "--", ...entry.command, ...words];
}

/**
 * The arguments of the ssh that reaches the server as its user would: at its EIP, or through a server of the
 * same VPC that has one.
 * @throws Problem lab/no-server, lab/no-way-in
 */
export async function sshArguments(lab: string, server: string): Promise<readonly string[]> {
  const places = placesOfRunning(lab);
  const { servers } = await labStatus(lab);
  const target = findServer(servers, server);
  const config = ["-F", places.sshConfig];
  if (target.eip !== null) return [...config, "--", target.eip];
  const jump = servers.find(
    (other) => other.eip !== null && other.vpc === target.vpc && other.state === "ACTIVE",
  );
  if (!jump) {
    throw new Problem({
      code: "lab/no-way-in",
      summary: `${server} has no EIP, and no running server of ${target.vpc} has one to go through`,
      hint: `\`${command("wayout lab exec", { options: sameLab(lab), operands: [server, "sh"] })}\` enters it without a network.`,
    });
  }
  return [...config, "-J", `root@${jump.eip}`, "--", target.privateIp];
}

function findServer(servers: readonly ServerStatus[], name: string): ServerStatus {
  const found = servers.find((server) => server.name === name);
  if (found) return found;
  const names = servers.map((server) => server.name);
  throw new Problem({
    code: "lab/no-server",
    summary: `no server ${name} in this lab; ${suggestion(name, names, "server")}`,
    hint: "`wayout lab status` lists the servers.",
  });
}
