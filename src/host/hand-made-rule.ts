/**
 * A NAT rule that the manual's procedure leaves in the kernel, word by word. A rule is text of the host or of the journal and
 * becomes part of a script that root runs: only these words are known, each has its form, and the rule is written from them
 * again. Pure.
 */
import { address, cidr, deviceName } from "../spec/forms.ts";
import { quote } from "./script.ts";

type PortChoice = "--random" | "--random-fully";

export interface ManualRule {
  /** A range or an address, as the rule has it. Absent: every source. */
  readonly source?: string;
  /** The device that packets leave by; iptables takes a trailing "+" for "and all that begin so". */
  readonly device?: string;
  /** SNAT to this address; absent in a rule with MASQUERADE. */
  readonly to?: string;
  /** How ports are chosen. */
  readonly ports: readonly PortChoice[];
}

/** @returns undefined for a rule with any other word, or a word without its form. */
export function parseManualRule(text: string): ManualRule | undefined {
  const words = text
    .trim()
    .replace(/^-A POSTROUTING /, "")
    .split(" ");
  const after = (option: string): string | undefined => {
    if (words[0] !== option) return undefined;
    const [, value] = words.splice(0, 2);
    return value ?? "";
  };
  const source = after("-s");
  const device = after("-o");
  const target = after("-j");
  const to = target === "SNAT" ? (after("--to-source") ?? "") : undefined;
  const ports = words.filter(isChoice);
  const right =
    (target === "SNAT" || target === "MASQUERADE") &&
    ports.length === words.length &&
    (source === undefined || isSource(source)) &&
    (device === undefined || deviceName.safeParse(device.replace(/\+$/, "")).success) &&
    (to === undefined || address.safeParse(to).success);
  if (!right) return undefined;
  return {
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device }),
    ...(to === undefined ? {} : { to }),
    ports,
  };
}

/** The rule for a shell: after `iptables -t nat -A POSTROUTING`. */
export function manualRuleWords({ source, device, to, ports }: ManualRule): string {
  return [
    ...(source === undefined ? [] : ["-s", source]),
    ...(device === undefined ? [] : ["-o", device]),
    ...(to === undefined ? ["-j", "MASQUERADE"] : ["-j", "SNAT", "--to-source", to]),
    ...ports,
  ]
    .map(quote)
    .join(" ");
}

function isChoice(word: string): word is PortChoice {
  return word === "--random" || word === "--random-fully";
}

function isSource(text: string): boolean {
  return cidr.safeParse(text).success || address.safeParse(text).success;
}
