import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HostFacts } from "../../host/host.ts";
import { parseFacts } from "../../host/probe/facts.ts";
import { fingerprint } from "../../host/rules.ts";
import { sourceNat } from "./source-nat.ts";
import { type SourceNatHave, type SourceNatWant, sourceNatHave, sourceNatWant } from "./source-nat-schema.ts";
import {
  applyChange,
  haveFrom,
  isHandMade,
  isNameTaken,
  passageOf,
  undoChange,
  wantedOn,
} from "./source-nat-state.ts";

const facts = (name: string): HostFacts =>
  parseFacts(readFileSync(new URL(`../../../test/cases/host-facts/${name}.txt`, import.meta.url), "utf8"));
const want: SourceNatWant = {
  gateway: "egress",
  host: { server: "ecs-proxy", destination: "203.0.113.10" },
  served: ["192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["FA:16:3E:00:00:03"],
  privateIp: "192.168.125.4",
};
const decide = (
  name: string,
  more: Partial<SourceNatWant> = {},
  adopt = false,
  change: Partial<HostFacts> = {},
) => {
  const wanted = { ...want, ...more };
  const have = haveFrom(wanted, { ...facts(name), ...change });
  const observed =
    isHandMade(have) || isNameTaken(have)
      ? ({ is: "foreign", have, whose: "hand" } as const)
      : ({ is: "ours", have } as const);
  return sourceNat.decide(wanted, observed, { adopt });
};

test("each state of a host has its decision and its reason", () => {
  expect(decide("debian")).toMatchObject({
    action: "create",
    because: expect.stringContaining("nothing translates what 192.168.125.0/24 sends to 192.168.125.4"),
    after: { device: "eth0", address: "192.168.125.4", with: "nftables" },
  });
  expect(decide("debian-applied", { served: ["192.168.126.0/24"] })).toMatchObject({
    action: "change",
    notice: expect.stringContaining("192.168.125.0/24 loses its way out"),
  });
  expect(decide("sysv-applied", { served: ["192.168.126.0/24"] })).toMatchObject({
    notice: expect.stringContaining("192.168.125.0/24 loses its way out"),
  });
  expect(decide("sysv-by-hand")).toMatchObject({ action: "blocked", adoptable: true });
  expect(decide("sysv-by-hand", {}, true)).toMatchObject({
    action: "adopt",
    warnings: expect.not.arrayContaining([expect.stringContaining("loses its way out")]),
  });
  expect(decide("debian-ufw")).toMatchObject({
    action: "blocked",
    adoptable: false,
    hint: expect.stringContaining("ufw route allow in on eth0 out on eth0 from 192.168.125.0/24"),
  });
});

test("adopting rules that let more out than is served warns of what is lost", () => {
  const decision = decide("sysv-by-hand", { served: ["192.168.125.0/25"] }, true);
  expect(decision).toMatchObject({
    action: "adopt",
    warnings: expect.arrayContaining([expect.stringContaining("192.168.125.0/24 out")]),
  });
});

test("a host that is not what the cloud says, or cannot do it, blocks with the reason", () => {
  const { egress: _, ...noEgress } = facts("debian");
  const cases: [Partial<SourceNatWant>, Partial<HostFacts>, RegExp][] = [
    [{ insideMacs: ["fa:16:3e:ff:ff:ff"] }, {}, /no device of ecs-proxy has the MAC/],
    [{ privateIp: "192.168.125.9" }, {}, /from 192.168.125.4 by eth0, but its EIP is on 192.168.125.9/],
    [
      {},
      { has: { ...facts("debian").has, nft: false, iptables: false } },
      /neither a working nft nor iptables/,
    ],
  ];
  for (const [more, change, because] of cases) {
    expect(decide("debian", more, false, change)).toMatchObject({
      action: "blocked",
      adoptable: false,
      because: expect.stringMatching(because),
    });
  }
  const have = haveFrom(want, noEgress);
  expect(sourceNat.decide(want, { is: "ours", have }, { adopt: true })).toMatchObject({
    because: "ecs-proxy itself has no route to the Internet",
  });
});

test.each<[string, "nftables" | "iptables", RegExp, RegExp]>([
  ["debian", "nftables", /an nftables table ip wayout that Wayout did not make/, /nft list table ip wayout/],
  ["sysv", "iptables", /iptables chains WAYOUT-\* that Wayout did not make/, /iptables-save/],
])("on %s, %s rules under our name without our mark are somebody else's", (name, backend, because, hint) => {
  const ownRules = { backend, text: "theirs", intact: false };
  for (const adopt of [false, true]) {
    expect(decide(name, {}, adopt, { ownRules })).toMatchObject({
      action: "blocked",
      adoptable: false,
      because: expect.stringMatching(because),
      hint: expect.stringMatching(hint),
    });
  }
});

test("our rules that lost their mark are ours as long as something else of ours is on the host", () => {
  const ownRules = { backend: "nftables", text: "ours, damaged", intact: false } as const;
  expect(decide("debian-applied", {}, false, { ownRules })).toMatchObject({ action: "change" });
});

test("an unconfirmed change is always a change, so that it is settled", () => {
  expect(decide("debian-applied", {}, false, { armed: true })).toMatchObject({
    action: "change",
    because: expect.stringContaining("ended before it confirmed the change"),
  });
});

test("a host that nothing boots is served with a warning; one with rc.local gets a line there", () => {
  const { rcLocal: _, ...plain } = facts("debian");
  const none = { ...plain, init: "none" as const };
  const have = haveFrom(want, none);
  expect(sourceNat.decide(want, { is: "ours", have }, { adopt: false })).toMatchObject({
    action: "create",
    warnings: expect.arrayContaining([expect.stringContaining("no boot that Wayout knows")]),
  });
  const rcLocal = { path: "/etc/rc.local", mode: "644", content: "#!/bin/sh\nexit 0\n" };
  const local = { ...none, rcLocal };
  const change = applyChange(want, haveFrom(want, local), local, false);
  expect(change.files.at(-1)).toEqual({
    path: "/etc/rc.local",
    mode: "744",
    content: "#!/bin/sh\n/bin/sh /etc/wayout/load # wayout\nexit 0\n",
  });
  const after = { ...local, rcLocal: change.files.at(-1) ?? rcLocal, ownUnitEnabled: true };
  expect(undoChange(haveFrom(want, local), after, false).files).toEqual([rcLocal]);
});

const cidrs = fc.uniqueArray(
  fc
    .tuple(fc.integer({ min: 1, max: 223 }), fc.integer({ min: 0, max: 255 }))
    .map(([a, b]) => `${a}.${b}.0.0/16`),
  { minLength: 1, maxLength: 8 },
);
const names = fc.constantFrom("debian", "sysv", "centos6", "busybox-applied", "sysv-applied");

/** The host as it is after the change was made, by the change's own words. */
function made(wanted: SourceNatWant, have: SourceNatHave): SourceNatHave {
  const passage = passageOf(have);
  if (!passage || !have.backend) throw new Error("not ready");
  const { rules, files, entry, sysctl, atLeast } = wantedOn(wanted, have, passage, have.backend);
  const least = Object.entries(atLeast).map(([name, value]): [string, string] => [name, String(value)]);
  return {
    ...have,
    rules: { backend: have.backend, fingerprint: fingerprint(rules), intact: true },
    files: [...files, ...entry.files],
    entryEnabled: true,
    sysctl: { ...sysctl, ...Object.fromEntries(least) },
    handMadeRules: [],
    handMadeFiles: [],
  };
}

test("after any want is made, the same want in any order has nothing to do, and another want has", () => {
  fc.assert(
    fc.property(names, cidrs, cidrs, cidrs, (name, served, destinations, other) => {
      const wanted = { ...want, served, destinations };
      const have = made(wanted, haveFrom(wanted, facts(name)));
      const decideOn = (again: SourceNatWant) =>
        sourceNat.decide(again, { is: "ours", have: { ...have, blockedBy: [] } }, { adopt: false });
      expect(
        decideOn({
          ...wanted,
          served: [...served].reverse(),
          destinations: [...destinations, ...destinations],
        }).action,
      ).toBe("none");
      fc.pre(!other.every((cidr) => served.includes(cidr)) || other.length !== served.length);
      expect(decideOn({ ...wanted, served: other }).action).toBe("change");
    }),
    { numRuns: 60 },
  );
});

test("want and have survive the journal's JSON", () => {
  for (const name of ["debian", "sysv-by-hand", "centos6", "debian-applied"]) {
    const have = haveFrom(want, facts(name));
    expect(sourceNatHave.parse(JSON.parse(JSON.stringify(have)))).toEqual(have);
  }
  expect(sourceNatWant.parse(JSON.parse(JSON.stringify(want)))).toEqual(want);
});

describe("in a pair", () => {
  const virtualIps = { inner: "192.168.125.251", outer: "192.168.125.250" };
  const inPair: SourceNatWant = { ...want, virtualIps };
  const debian = facts("debian");
  /** The proxy as it is while it is active: with both addresses, and keepalived's own that means nothing. */
  const active: HostFacts = {
    ...debian,
    devices: [
      ...debian.devices.map((device) => ({
        ...device,
        addresses: [...device.addresses, "192.168.125.251/32", "192.168.125.250/32"],
      })),
      { name: "lo", mac: "00:00:00:00:00:00", mtu: 65536, addresses: ["127.112.0.77/32"] },
    ],
  };
  const rulesOn = (host: HostFacts, wanted = inPair) => {
    const have = haveFrom(wanted, host);
    const passage = passageOf(have);
    if (!passage || !have.backend) throw new Error("not ready");
    return wantedOn(wanted, have, passage, have.backend);
  };

  test("the rules are the same whichever proxy is active, also where it sends by the virtual IP itself", () => {
    const throughOuter: HostFacts = { ...active, egress: { device: "eth0", address: virtualIps.outer } };
    const standby = rulesOn(debian);
    for (const host of [active, throughOuter]) {
      expect(fingerprint(rulesOn(host).rules)).toBe(fingerprint(standby.rules));
      expect(rulesOn(host)).toEqual(standby);
    }
  });

  test("what leaves is translated to the outer virtual IP, and what is in the middle of nothing is reset", () => {
    expect(rulesOn(debian).rules).toMatchObject({ egressAddress: virtualIps.outer, ofPair: true });
    expect(rulesOn(debian, want).rules).toMatchObject({
      egressAddress: want.privateIp,
      ofPair: false,
    });
  });

  test("a window that the other proxy has seen is none to judge by: TCP is liberal, in the pair only", () => {
    const liberal = "net.netfilter.nf_conntrack_tcp_be_liberal";
    expect(rulesOn(debian).sysctl).toHaveProperty([liberal], "1");
    expect(rulesOn(debian, want).sysctl).not.toHaveProperty([liberal]);
  });

  test("a fail-over leaves nothing to do, and coming into the pair or leaving it does", () => {
    const decideAs = (wanted: SourceNatWant, have: SourceNatHave) =>
      sourceNat.decide(wanted, { is: "ours", have: { ...have, blockedBy: [] } }, { adopt: false });
    const asMember = made(inPair, haveFrom(inPair, debian));
    const afterwards = { ...made(inPair, haveFrom(inPair, active)), rules: asMember.rules };
    expect(decideAs(inPair, afterwards)).toMatchObject({
      action: "none",
      because: "192.168.125.0/24 leaves by eth0 as 192.168.125.250 already",
    });
    const alone = made(want, haveFrom(want, debian));
    const reason = expect.stringContaining(
      "the loaded rules are for other subnets, destinations or addresses",
    );
    expect(decideAs(inPair, alone)).toMatchObject({ action: "change", because: reason });
    expect(decideAs(want, asMember)).toMatchObject({ action: "change", because: reason });
  });

  test("a proxy that is alone again has the rules of one, although the virtual IPs have not left it yet", () => {
    const leaving = { ...want, leaving: [virtualIps.inner, virtualIps.outer] };
    const throughOuter: HostFacts = { ...active, egress: { device: "eth0", address: virtualIps.outer } };
    for (const host of [active, throughOuter]) {
      expect(fingerprint(rulesOn(host, leaving).rules)).toBe(fingerprint(rulesOn(debian, want).rules));
    }
  });
});

describe("the proxy's own services", () => {
  const ownServices: SourceNatWant["ownServices"] = {
    mac: "FA:16:3E:00:00:03",
    open: [{ protocol: 6, ports: { first: 8080, last: 8080 }, from: ["192.168.125.0/24"] }],
  };
  const closing = { ...want, ownServices };
  const from = (address: string, port = 22) => ({ login: { from: address, port } });
  const textOn = (wanted: SourceNatWant, have: SourceNatHave): string => {
    const passage = passageOf(have);
    if (!passage || !have.backend) throw new Error("not ready");
    return wantedOn(wanted, have, passage, have.backend).files[0]?.content ?? "";
  };
  const on = (name: string, wanted: SourceNatWant, change: Partial<HostFacts> = {}) =>
    haveFrom(wanted, { ...facts(name), ...change });

  test("the plan says what can be reached, and that all else is closed", () => {
    expect(decide("debian", { ownServices })).toMatchObject({
      after: { ownServices: "tcp 8080 from 192.168.125.0/24" },
      notice: expect.stringContaining(
        "on ecs-proxy itself: tcp 8080 from 192.168.125.0/24; everything else there is closed to them",
      ),
    });
    expect(decide("debian", { ownServices: { ...ownServices, open: [] } })).toMatchObject({
      notice: expect.stringContaining("on ecs-proxy itself: nothing;"),
    });
    expect(decide("debian")).toMatchObject({
      after: { ownServices: "everything" },
      notice: expect.not.stringContaining("closed"),
    });
  });

  test("of a service for many addresses the plan names a few", () => {
    const from = [1, 3, 5, 7, 9, 11, 13].map((at) => `192.168.125.${at}/32`);
    const open = [{ protocol: 6, ports: null, from }];
    expect(decide("debian", { ownServices: { ...ownServices, open } })).toMatchObject({
      after: { ownServices: "tcp from 192.168.125.1/32, 192.168.125.3/32, 192.168.125.5/32 and 4 more" },
    });
  });

  test("rules of an older version are replaced, with the reason", () => {
    expect(decide("debian-applied")).toMatchObject({
      action: "change",
      because: expect.stringContaining("the rules on ecs-proxy are an older version's"),
    });
  });

  test("other services are a change that says which", () => {
    const have = made(closing, on("debian", closing));
    const other = { ...closing, ownServices: { ...ownServices, open: [] } };
    expect(sourceNat.decide(closing, { is: "ours", have }, { adopt: false }).action).toBe("none");
    expect(sourceNat.decide(other, { is: "ours", have }, { adopt: false })).toMatchObject({
      action: "change",
      because: expect.stringContaining("changes from (tcp 8080 from 192.168.125.0/24) to (nothing)"),
    });
  });

  test("an address that Wayout is logged in from can log in again, by the port that it came to", () => {
    for (const name of ["debian", "sysv"]) {
      const text = textOn(closing, on(name, closing, from("192.168.125.20", 2222)));
      expect(text).toMatch(/192\.168\.125\.20\b.* --?dport 2222|192\.168\.125\.20 \} tcp dport 2222/);
    }
    // Who comes from elsewhere is not touched by the rules, and who is let in already needs no rule.
    expect(textOn(closing, on("debian", closing, from("198.51.100.7")))).not.toContain("198.51.100.7");
    const open = [{ protocol: 6, ports: { first: 22, last: 22 }, from: ["192.168.125.0/24"] }];
    const letIn = { ...closing, ownServices: { ...ownServices, open } };
    expect(textOn(letIn, on("debian", letIn, from("192.168.125.20")))).not.toContain("192.168.125.20");
  });

  test("a login from another place changes nothing of an earlier one, and leaves nothing to do", () => {
    const first = made(closing, on("debian", closing, from("192.168.125.20")));
    const later = { ...first, ...from("198.51.100.7") };
    expect(sourceNat.decide(closing, { is: "ours", have: later }, { adopt: false }).action).toBe("none");
    expect(textOn(closing, { ...first, ...from("192.168.125.30") })).toContain(
      "# Wayout was logged in from: 192.168.125.20 192.168.125.30",
    );
  });

  test("closed leaves logins and ping of what was reachable, and the other proxy of a pair", () => {
    const open = [{ protocol: null, ports: null, from: ["192.168.125.0/25"] }];
    const closed = { ...closing, ownServices: { mac: ownServices.mac, open, closed: true as const } };
    expect(textOn(closed, on("debian", closed))).toContain(
      ": icmp echo from 192.168.125.0/25; tcp 22 from 192.168.125.0/25\n",
    );
    const peers = ["192.168.125.200"];
    const member = { ...closing, ownServices: { ...ownServices, open: [], peers } };
    expect(textOn(member, on("debian", member))).toContain(
      ": icmp from 192.168.125.200/32; tcp 22 from 192.168.125.200/32\n",
    );
  });

  test("what an older version wrote into the journal is read", () => {
    expect(sourceNatWant.parse({ ...want, closeOwnServices: true })).toEqual(want);
    const { clientDevice: _, login: __, ...older } = on("debian", closing, from("192.168.125.20"));
    expect(sourceNatHave.parse(JSON.parse(JSON.stringify(older)))).toEqual(older);
    expect(sourceNatWant.parse(JSON.parse(JSON.stringify(closing)))).toEqual(closing);
  });
});
