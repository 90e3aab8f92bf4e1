/** What `wayout init` makes a gateway of: named by options, the only one there is, what fits best, or what a person says. */
import { type Candidate, needing, type Offer, type OfferedSubnet, servedBy } from "../engine/init/offers.ts";
import type { Choice } from "../engine/init/spec-text.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import { choose } from "./choose.ts";

export interface Wishes {
  readonly vpc?: string;
  readonly proxy: readonly string[];
  readonly subnet: readonly string[];
  /** Take what fits best. */
  readonly yes?: boolean;
}

/**
 * What the gateway is made of.
 * @returns undefined when the person who was asked gave up.
 * @throws Problem init/nothing-to-offer, init/not-chosen, init/unknown, init/too-many
 */
export async function chosen(
  offers: readonly Offer[],
  options: Wishes,
  signal: AbortSignal,
): Promise<Choice | undefined> {
  const offer = await chosenOffer(offers, options, signal);
  if (!offer) return undefined;
  const proxies = await pick(
    { noun: "proxy", option: "--proxy", question: "Which server is the proxy? Two make a pair.", atMost: 2 },
    { items: offer.candidates, named: options.proxy, preset: [0], text: candidateText },
    options,
    signal,
  );
  if (!proxies) return undefined;
  const usual = servedBy(offer, proxies);
  const subnets = await pick(
    {
      noun: "subnet",
      option: "--subnet",
      question: "Which subnets are served?",
      atMost: offer.subnets.length,
    },
    {
      items: offer.subnets,
      named: options.subnet,
      preset: offer.subnets.flatMap((one, index) => (usual.includes(one) ? [index] : [])),
      text: subnetText,
    },
    // Each that needs it is what everybody wants; the others stand in the file as comments.
    { ...options, yes: options.yes || !process.stdin.isTTY },
    signal,
  );
  return subnets && { offer, proxies, subnets };
}

async function chosenOffer(
  offers: readonly Offer[],
  options: Wishes,
  signal: AbortSignal,
): Promise<Offer | undefined> {
  const named = options.vpc === undefined ? [] : [options.vpc];
  const usable = offers.filter(({ because }) => because === "");
  if (usable.length === 0 && named.length === 0) {
    const seen = offers.map(({ name, because }) => `${name}: ${because}`).join("; ");
    throw new Problem({
      code: "init/nothing-to-offer",
      summary: `no VPC here can be given a way out, or needs one: ${seen === "" ? "there is none" : seen}`,
      hint: "A proxy is a running Linux server with an EIP, in the VPC of the servers without one.",
    });
  }
  const picked = await pick(
    { noun: "VPC", option: "--vpc", question: "Which VPC needs a way out?", atMost: 1 },
    { items: named.length > 0 ? offers : usable, named, preset: [0], text: offerText },
    options,
    signal,
  );
  const offer = picked?.[0];
  if (offer && offer.because !== "") {
    throw new Problem({
      code: "init/nothing-to-offer",
      summary: `${offer.name} needs no gateway, or cannot have one: ${offer.because}`,
      hint: "Without --vpc, the VPCs that could be served are shown.",
    });
  }
  return offer;
}

/** What is named by an option; else the only one there is, what fits best (--yes), or what a person says. */
async function pick<T extends { readonly name: string }>(
  { noun, option, question, atMost }: { noun: string; option: string; question: string; atMost: number },
  {
    items,
    named,
    preset,
    text,
  }: {
    items: readonly T[];
    named: readonly string[];
    preset: readonly number[];
    text: (item: T) => string;
  },
  { yes }: Pick<Wishes, "yes">,
  signal: AbortSignal,
): Promise<readonly T[] | undefined> {
  if (named.length > atMost) {
    throw new Problem({
      code: "init/too-many",
      summary: `${option} was given ${named.length} times, at most ${atMost} can be`,
    });
  }
  if (named.length > 0) {
    return named.map((name) => {
      const found = items.find((one) => one.name === name);
      if (found) return found;
      throw new Problem({
        code: "init/unknown",
        summary: `${option}: no ${noun} ${name} to offer; ${suggestion(
          name,
          items.map((one) => one.name),
          noun,
        )}`,
        hint: "Nothing was written.",
      });
    });
  }
  if (yes || items.length === 1) return preset.flatMap((index) => items[index] ?? []);
  if (process.stdin.isTTY) return choose(question, items, { text, preset, atMost, signal });
  throw new Problem({
    code: "init/not-chosen",
    summary: `there is more than one ${noun} to choose from: ${items.map((one) => one.name).join(", ")}`,
    hint: `Name it with ${option}, or let --yes take the first.`,
  });
}

function offerText(offer: Offer): string {
  const without = needing(offer).reduce((sum, one) => sum + one.without.length, 0);
  return `${offer.name} ${offer.vpc.cidrs.join(", ")}: ${without} without an EIP, ${offer.candidates.length} could be the proxy`;
}

function candidateText({ name, nic, subnet, publicIp }: Candidate): string {
  return `${name} ${nic.ip} in ${subnet.name}, EIP ${publicIp.address}`;
}

function subnetText({ name, subnet, without, route }: OfferedSubnet): string {
  const now = route ? `; its default route goes to ${route.type} ${route.nextHop} now` : "";
  return `${name} ${subnet.cidr}: ${without.length} without an EIP${now}`;
}
