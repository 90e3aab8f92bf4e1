/** What the forward base chains of a `nft list table` text do with a kind of packet. Pure. */
import {
  both,
  type Drop,
  either,
  invert,
  type Match,
  matchDevice,
  matchRange,
  type Packet,
  type Verdict,
  type Walked,
} from "./packet.ts";

interface Chain {
  readonly name: string;
  readonly rules: string[];
  forward: boolean;
  dropByPolicy: boolean;
}

interface Table {
  readonly chains: ReadonlyMap<string, Chain>;
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

/** Reads the text once, and says of any kind of packet where all of it is dropped; undefined where some may pass. */
export function nftablesDrops(text: string): (packet: Packet) => Drop | undefined {
  const table = readTable(text);
  return (packet) => dropIn(table, packet);
}

function dropIn(table: Table, packet: Packet): Drop | undefined {
  for (const chain of table.chains.values()) {
    if (!chain.forward) continue;
    const base = chain.name;
    const walked = walk(table, chain, base, packet, 0);
    if (walked === "return" && chain.dropByPolicy) return { base, chain: base };
    if (walked !== "return" && walked !== "accept") return walked;
  }
  return undefined;
}

function readTable(text: string): Table {
  const chains = new Map<string, Chain>();
  const sets = new Map<string, string[]>();
  let chain: Chain | undefined;
  let set: string[] | undefined;
  // Elements of a set may go over many lines.
  for (const raw of text.replaceAll(/,\s*\n\s*/g, ", ").split("\n")) {
    const line = raw.trim();
    const chainName = /^chain (\S+) \{/.exec(line)?.[1];
    const setName = /^(?:set|map) (\S+) \{/.exec(line)?.[1];
    if (chainName) {
      chain = { name: chainName, rules: [], forward: false, dropByPolicy: false };
      chains.set(chainName, chain);
    } else if (setName) {
      set = [];
      sets.set(setName, set);
    } else if (line === "}") {
      chain = undefined;
      set = undefined;
    } else if (set) {
      set.push(
        ...(/elements = \{ (.*) \}/
          .exec(line)?.[1]
          ?.split(",")
          .map((one) => one.trim()) ?? []),
      );
    } else if (chain && line.startsWith("type ")) {
      chain.forward = line.includes("hook forward");
      chain.dropByPolicy = line.includes("policy drop");
    } else if (chain && line !== "") {
      chain.rules.push(line);
    }
  }
  return { chains, sets };
}

const deepest = 32;

function walk(table: Table, chain: Chain, base: string, packet: Packet, depth: number): Walked {
  if (depth > deepest) return "return";
  for (const rule of chain.rules) {
    const { match, action, target } = readRule(rule, packet, table);
    if (match === "none" || action === undefined) continue;
    if (action === "jump" || action === "goto") {
      const next = table.chains.get(target);
      const walked = next ? walk(table, next, base, packet, depth + 1) : "return";
      if (match === "all" && (walked !== "return" || action === "goto")) return walked;
    } else if (match === "all") {
      return action === "drop" ? { base, chain: chain.name, rule } : action;
    }
  }
  return "return";
}

interface ReadRule {
  match: Match;
  action: Verdict | "jump" | "goto" | undefined;
  target: string;
}

function readRule(rule: string, packet: Packet, table: Table): ReadRule {
  const words = rule.match(/"[^"]*"|\{[^}]*\}|\S+/g) ?? [];
  let match: Match = "all";
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? "";
    const next = words[at + 1] ?? "";
    if (word === "accept" || word === "drop" || word === "return") return { match, action: word, target: "" };
    if (word === "reject") return { match, action: "drop", target: "" };
    if (word === "jump" || word === "goto") return { match, action: word, target: next };
    if (word === "counter") {
      at += next === "packets" ? 5 : 1;
    } else if (word === "comment") {
      at += 2;
    } else if (word === "log") {
      at = afterLog(words, at);
    } else if (word === "ct" && next === "state" && words[at + 2] === "vmap") {
      const action = stateInMap(words[at + 3] ?? "", packet.state);
      if (action) return { match, action, target: "" };
      at += 4;
    } else {
      const read = readMatch(words, at, packet, table);
      match = both(match, read.match);
      at = read.next;
    }
  }
  return { match, action: undefined, target: "" };
}

/** A log statement matches every packet; its options come in pairs (nft(8), LOG STATEMENT). */
function afterLog(words: readonly string[], at: number): number {
  let next = at + 1;
  while (["prefix", "level", "group", "snaplen", "queue-threshold"].includes(words[next] ?? "")) next += 2;
  return next;
}

function readMatch(
  words: readonly string[],
  at: number,
  packet: Packet,
  table: Table,
): { match: Match; next: number } {
  const meta = words[at] === "meta" ? 1 : 0;
  const word = words[at + meta] ?? "";
  const two = word === "ip" || word === "ct" ? `${word} ${words[at + meta + 1] ?? ""}` : word;
  let place = at + meta + (two === word ? 1 : 2);
  const inverted = words[place] === "!=";
  if (inverted || words[place] === "==") place += 1;
  const value = words[place] ?? "";
  const by = matcher(two, packet);
  if (!by) return { match: "some", next: place + 1 };
  const values = value.startsWith("@")
    ? table.sets.get(value.slice(1))
    : value.replaceAll(/[{}]/g, " ").split(",");
  // A rule on a range or a set that is not in the text: no certain answer.
  if (!values) return { match: "some", next: place + 1 };
  const match = values.map((one) => by(one.trim().replaceAll('"', ""))).reduce(either, "none");
  return { match: inverted ? invert(match) : match, next: place + 1 };
}

function matcher(what: string, packet: Packet): ((value: string) => Match) | undefined {
  switch (what) {
    case "iifname":
    case "iif":
      return (value) => matchDevice(value, packet.from, false);
    case "oifname":
    case "oif":
      return (value) => matchDevice(value, packet.to, false);
    case "ip saddr":
      return (value) => matchRange(value, packet.source, false);
    case "ip daddr":
      return (value) => matchRange(value, packet.destination, false);
    case "ct state":
      return (value) => (value === packet.state ? "all" : "none");
    default:
      return undefined;
  }
}

function stateInMap(map: string, state: Packet["state"]): Verdict | undefined {
  const entry = new RegExp(`\\b${state} : (accept|drop|return)`).exec(map)?.[1];
  return entry === "accept" || entry === "drop" || entry === "return" ? entry : undefined;
}
