/** What the FORWARD chain of an iptables-save text does with a kind of packet. Pure. */
import { type IptablesTable, parseIptablesSave, rulesOf } from "../probe/iptables-save.ts";
import { both, type Drop, type Match, matchDevice, matchRange, type Packet, type Walked } from "./packet.ts";

const base = "FORWARD";

/** Reads the text once, and says of any kind of packet where all of it is dropped; undefined where some may pass. */
export function iptablesDrops(text: string): (packet: Packet) => Drop | undefined {
  const filter = parseIptablesSave(text.split("\n")).find((table) => table.name === "filter");
  return (packet) => filter && dropIn(filter, packet);
}

function dropIn(filter: IptablesTable, packet: Packet): Drop | undefined {
  const walked = walk(filter, base, packet, 0);
  if (walked === "accept") return undefined;
  if (walked !== "return") return walked;
  return filter.policies.get(base) === "DROP" ? { base, chain: base } : undefined;
}

/** The kernel refuses loops; this bounds the walk of a text that no kernel printed. */
const deepest = 32;

function walk(filter: IptablesTable, chain: string, packet: Packet, depth: number): Walked {
  if (depth > deepest) return "return";
  for (const rule of rulesOf(filter, chain)) {
    const { match, target, goto } = read(rule, packet);
    if (match === "none" || !target) continue;
    if (target === "ACCEPT" && match === "all") return "accept";
    // Some: it drops part of the traffic that it names by more than source and way (a port, a mark). That is the
    // administrator's will about that part, and no reason to hold the rest back.
    if ((target === "DROP" || target === "REJECT") && match === "all") return { base, chain, rule };
    if (target === "RETURN" && match === "all") return "return";
    if (!filter.policies.has(target)) continue;
    const walked = walk(filter, target, packet, depth + 1);
    if (match === "all" && (walked !== "return" || goto)) return walked;
  }
  return "return";
}

function read(rule: string, packet: Packet): { match: Match; target: string | undefined; goto: boolean } {
  const words = rule.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  let match: Match = "all";
  let target: string | undefined;
  let goto = false;
  let inverted = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "!") {
      inverted = true;
      continue;
    }
    const value = words[at + 1] ?? "";
    const found = readOption(word, value, inverted, packet);
    if (word === "-j" || word === "-g") {
      target = value;
      goto = word === "-g";
      break;
    }
    match = both(match, found);
    inverted = false;
    if (!value.startsWith("-") && value !== "!") at += 1;
  }
  return { match, target, goto };
}

function readOption(option: string, value: string, inverted: boolean, packet: Packet): Match {
  switch (option) {
    case "-i":
      return matchDevice(value, packet.from, inverted);
    case "-o":
      return matchDevice(value, packet.to, inverted);
    case "-s":
      return matchRange(value, packet.source, inverted);
    case "-d":
      return matchRange(value, packet.destination, inverted);
    case "--ctstate":
    case "--state":
      return value.toLowerCase().split(",").includes(packet.state) === inverted ? "none" : "all";
    case "-m":
      return value === "comment" || value === "conntrack" || value === "state" ? "all" : "some";
    case "--comment":
    case "-j":
    case "-g":
      return "all";
    default:
      return "some";
  }
}
