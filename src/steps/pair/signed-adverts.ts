import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { HostFacts } from "../../host/host.ts";
import { nextMove, signingModes } from "../../host/pair/signing.ts";
import { Problem } from "../../report/problem.ts";
import { hostGone } from "../host/host-gone.ts";
import { hostAddress } from "../host/host-schema.ts";
import type { Decision, Observed, Step } from "../step.ts";
import type { ReadOnlyWorld } from "../world.ts";
import { goTo, type Hosts, hostSigning } from "./host-signing.ts";

const want = z.object({ gateway: z.string(), hosts: z.tuple([hostAddress, hostAddress]) });

const member = z.object({
  server: z.string(),
  /** null where it is not installed, or its version is not understood. */
  keepalived: z.string().nullable(),
  installed: z.boolean(),
  canSign: z.boolean(),
  takesPart: z.boolean(),
  mode: z.enum(signingModes),
  exact: z.boolean(),
  key: z.boolean(),
  behind: z.boolean(),
});
const have = z.object({
  /** Those that the cloud still has. */
  hosts: z.array(member),
  /** Both have the same key. */
  sameKey: z.boolean(),
});

type Want = z.infer<typeof want>;
type Member = z.infer<typeof member>;
type Have = z.infer<typeof have>;

/** Of an undo: a pair that does not settle must not keep its proxies from being taken out of it. */
const undoPatienceMs = 10_000;

/**
 * Lets the two proxies sign the adverts by which they elect (keepalived 2.4 and later), so that nobody else's count, even
 * from the other proxy's address. Both get one key by chance; the switch is made in moves after each of which they hear
 * each other. The key goes to the two hosts and nowhere else.
 */
export function signedAdvertsStep(newKey: () => Uint8Array): Step<Want, Have> {
  return {
    kind: "pair/signed-adverts",
    want,
    have,
    object: () => "the pair",
    title: ({ hosts: [one, other] }) => `Sign the adverts between ${one.server} and ${other.server}`,

    async observe({ hosts }, world) {
      const found = await Promise.all(hosts.map(async (host) => factsUnlessGone(host, world)));
      const there = found.flatMap((one) => one ?? []);
      const keys = there.map(({ facts }) => facts.signing.key);
      const sameKey = keys.length === 2 && keys[0] !== null && keys[0] === keys[1];
      return { is: "ours", have: { hosts: there.map(memberOf), sameKey } };
    },

    decide({ hosts }, observed) {
      const [one, other] = observed.is === "absent" ? [] : observed.have.hosts;
      if (observed.is === "absent" || !one || !other) {
        const names = hosts.map(({ server }) => server).join(" and ");
        const hint = "Run plan again.";
        return { action: "blocked", because: `not both ${names} are there`, hint, adoptable: false };
      }
      return decidePair([one, other], observed.have.sameKey);
    },

    async apply({ hosts }, _, world) {
      await goTo(hosts, { signed: true, newKey }, world);
    },

    async undo({ hosts }, before, world) {
      if (before.is === "ours" && before.have.hosts.some(({ mode }) => mode === "enforce")) return;
      const there: Hosts[number][] = [];
      for (const host of hosts) if (!(await hostGone(host, world.cloud))) there.push(host);
      const [one, other = one] = there;
      if (one && other)
        await goTo([one, other], { signed: false, newKey, patienceMs: undoPatienceMs }, world);
    },

    async gone({ hosts }, { cloud }) {
      const gone = await Promise.all(
        hosts.map(async (host) => ({ server: host.server, gone: await hostGone(host, cloud) })),
      );
      const lost = gone.flatMap((one) => (one.gone ? [one.server] : []));
      if (lost.length === 0) return undefined;
      const because = gone.flatMap((one) => one.gone?.because ?? []).join("; ");
      if (lost.length === hosts.length) return { because };
      return { because, left: (state) => without(lost, state) };
    },

    takenBack: () => "nothing; the adverts are not signed any more",
    describe: ({ hosts }) => describe(hosts),
    // On the way back too, a host signs until it has no key: an undo that was cut short goes on.
    own: ({ hosts }) =>
      Object.fromEntries(hosts.map(({ server, mode, key }) => [server, { signs: mode !== "none", key }])),
  };
}

export const signedAdverts = signedAdvertsStep(() => randomBytes(32));

/** A server that is gone from the cloud is left out; one that is only away is an error. */
async function factsUnlessGone(
  host: Hosts[number],
  world: ReadOnlyWorld,
): Promise<{ readonly server: string; readonly facts: HostFacts } | undefined> {
  try {
    return { server: host.server, facts: await world.host(host).facts() };
  } catch (cause) {
    if (!(cause instanceof Problem && cause.code.startsWith("host/"))) throw cause;
    if (await hostGone(host, world.cloud)) return undefined;
    throw cause;
  }
}

function memberOf({ server, facts }: { readonly server: string; readonly facts: HostFacts }): Member {
  const { key, ...rest } = hostSigning(facts);
  const installed = facts.has.keepalived;
  return { server, installed, keepalived: facts.keepalived?.version ?? null, key: key !== null, ...rest };
}

function without(servers: readonly string[], state: Observed<Have>): Observed<Have> {
  if (state.is === "absent") return state;
  const hosts = state.have.hosts.filter(({ server }) => !servers.includes(server));
  return { ...state, have: { ...state.have, hosts } };
}

function decidePair(pair: readonly [Member, Member], sameKey: boolean): Decision {
  const keyed = (one: Member, at: number) => ({ ...one, key: one.key ? (sameKey ? "same" : `${at}`) : null });
  const move = nextMove([keyed(pair[0], 0), keyed(pair[1], 1)], true);
  const unable = unableOf(pair);
  const notice =
    "nothing where both proxies are in sync: the active role may move, with every open connection";
  if (unable.length > 0) {
    const because = `${unable.join("; ")}; the guard takes adverts from the partner alone`;
    if (!move) return { action: "none", because };
    return { action: "change", because, after: "not signed", notice };
  }
  if (!move) return { action: "none", because: "both sign their adverts, and take no others" };
  const behind = pair.filter((one) => one.behind).map(({ server }) => server);
  const begun = pair.some(({ mode }) => mode !== "none");
  return {
    action: begun ? "change" : "create",
    because:
      behind.length > 0
        ? `the clock of ${behind.join(" and ")} is behind adverts that were signed; a new key ends that`
        : begun
          ? `not both sign, with one key: ${describe(pair)}`
          : "both can sign their adverts, and do not",
    after: "signed by both, no others taken",
    notice,
  };
}

/** Why not both can sign, each reason once. */
function unableOf(pair: readonly Member[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const one of pair.filter(({ canSign }) => !canSign)) {
    const why = whyUnable(one);
    reasons.set(why, [...(reasons.get(why) ?? []), one.server]);
  }
  return [...reasons].map(([why, servers]) => `${servers.join(" and ")}: ${why}`);
}

function whyUnable({ keepalived, installed }: Member): string {
  if (!installed) return "keepalived is not installed yet; version 2.4 and later sign adverts";
  if (keepalived === null) return "the version of keepalived is not understood";
  return `keepalived ${keepalived} cannot sign adverts (2.4 can)`;
}

function describe(hosts: readonly Member[]): string {
  if (hosts.every(({ mode }) => mode === "none")) return "not signed";
  if (hosts.every(({ mode }) => mode === "enforce")) return "signed by both, no others taken";
  return hosts
    .map(({ server, mode }) => `${server} ${mode === "none" ? "does not sign" : `is at ${mode}`}`)
    .join(", ");
}
