/** A client, a proxy and a server in network namespaces, joined by two cables: client - proxy - server. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseRange, toAddress } from "../../src/spec/addresses.ts";
import { inside, outside, proxyAddress, vpcCidr, type Way } from "./ways.ts";

const loadProgram = join(import.meta.dirname, "load.pl");
/** Several, so that the source ports do not run out. */
const serverAddresses = Array.from({ length: 8 }, (_, index) => `203.0.113.${101 + index}`);
export const serverAddress = "203.0.113.101";

export interface Path {
  readonly way: Way;
  readonly subnets: number;
  readonly clientAddress: string;
  /** The proxy's namespace. */
  readonly proxy: string;
  /** How long the rules took to load. */
  readonly loadMs: number;
  /** What load.pl printed. Runs on the first core; what the packet meets on its way runs there too. */
  fromClient(words: readonly string[]): Promise<string>;
  /** Forgets connections that were. */
  forget(): void;
}

/** @param folder for links to one kind of iptables; made here */
export async function layPath(
  name: string,
  way: Way,
  served: readonly string[],
  folder: string,
): Promise<Path> {
  const [client, proxy, server] = [`${name}-c`, `${name}-p`, `${name}-s`];
  const last = parseRange(served.at(-1) ?? "");
  if (!last) throw new Error("no subnet is served");
  const [gateway, clientAddress] = [toAddress(last.first + 1), toAddress(last.first + 10)];
  ip(`
netns add ${client}
netns add ${proxy}
netns add ${server}
link add eth0 netns ${client} type veth peer name ${inside} netns ${proxy}
link add ${outside} netns ${proxy} type veth peer name eth0 netns ${server}`);
  ip(`${up("eth0")}\naddress add ${clientAddress}/24 dev eth0\nroute add default via ${gateway}`, client);
  ip(
    `${up(inside)}\n${up(outside)}\naddress add ${gateway}/24 dev ${inside}\naddress add ${proxyAddress}/24 dev ${outside}`,
    proxy,
  );
  const addresses = serverAddresses.map((address) => `address add ${address}/24 dev eth0`);
  ip([up("eth0"), ...addresses, `route add ${vpcCidr} via ${proxyAddress}`].join("\n"), server);
  for (const [namespace, device] of [
    [client, "eth0"],
    [proxy, inside],
    [proxy, outside],
    [server, "eth0"],
  ] as const)
    inPacketsOfOneSegment(namespace, device);
  within(proxy, ["sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  within(server, ["sysctl", "-qw", "net.core.somaxconn=65535"]);
  const started = performance.now();
  if (way.load) {
    const { program, input } = way.load(served);
    within(proxy, ["sh", "-c", program], { input, path: pathWith(way.iptables, folder) });
  }
  const loadMs = performance.now() - started;
  await Promise.all([serving(server, "accept"), serving(server, "sink")]);
  return {
    way,
    subnets: served.length,
    clientAddress,
    proxy,
    loadMs,
    fromClient: async ([role = "", ...words]) => {
      const to = role === "connect" ? serverAddresses : [serverAddress];
      return await output(netns(client, ["taskset", "-c", "0", "perl", loadProgram, role, ...words, ...to]));
    },
    forget: () => within(proxy, ["conntrack", "-F"]),
  };
}

export function up(device: string): string {
  return `link set ${device} up\nlink set lo up`;
}

/** Packets as on a wire: otherwise 64 KiB would pass the rules as one. */
function inPacketsOfOneSegment(namespace: string, device: string): void {
  within(namespace, ["ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off"]);
}

export function ip(lines: string, namespace?: string): void {
  const where = namespace === undefined ? [] : ["-n", namespace];
  execFileSync("ip", [...where, "-batch", "-"], { input: lines.trim(), stdio: ["pipe", "pipe", "inherit"] });
}

export function within(
  namespace: string,
  command: readonly string[],
  { input = "", path = process.env.PATH }: { input?: string; path?: string | undefined } = {},
): void {
  const [program = "", ...args] = netns(namespace, command);
  const stdio: ["pipe", "pipe", "pipe"] = ["pipe", "pipe", "pipe"];
  execFileSync(program, args, { input, stdio, env: { ...process.env, PATH: path } });
}

export function netns(namespace: string, command: readonly string[]): readonly string[] {
  return ["ip", "netns", "exec", namespace, ...command];
}

/** The server's half, on the last core. It ends with the namespace that all of this runs in. */
async function serving(namespace: string, role: "accept" | "sink"): Promise<void> {
  const core = String(availableParallelism() - 1);
  const [program = "", ...args] = netns(namespace, ["taskset", "-c", core, "perl", loadProgram, role]);
  const child: ChildProcess = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout) await once(child.stdout, "data");
}

async function output(command: readonly string[]): Promise<string> {
  const [program = "", ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}`);
  return text;
}

function pathWith(variant: Way["iptables"], folder: string): string | undefined {
  if (variant === undefined) return process.env.PATH;
  const bin = join(folder, variant);
  if (mkdirSync(bin, { recursive: true })) {
    for (const tool of ["", "-save", "-restore"])
      symlinkSync(`/usr/sbin/iptables-${variant}${tool}`, join(bin, `iptables${tool}`));
  }
  return `${bin}:${process.env.PATH}`;
}
