/** The compiled rules before the judge: nft and iptables must accept them, and packets must go as they say. */
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { nftablesRemoval, nftablesText } from "../../src/host/nftables.ts";
import type { Rules } from "../../src/host/rules.ts";
import { type Backend, betweenTwo as base, RulesBench } from "./rules-bench.ts";

const bench = new RulesBench();
beforeAll(() => bench.up());
afterAll(() => bench.down());
const seen: RulesBench["seen"] = (...args) => bench.seen(...args);
const must: RulesBench["must"] = (...args) => bench.must(...args);
const inside: RulesBench["inside"] = (...args) => bench.inside(...args);

describe.each<Backend>(["nftables", "iptables"])("%s rules", (backend) => {
  const load = (rules: Rules) => bench.load(backend, rules);
  const unload = () => bench.unload(backend);
  const show = () => bench.show(backend);
  afterEach(() => {
    unload();
  });
  const loaded = (rules: Partial<Rules> = {}): void => {
    expect(load({ ...base, ...rules })).toEqual({ code: 0, text: "" });
  };

  test("let a served source out as the proxy's address, and nobody else", () => {
    expect(seen("198.51.100.10")).toBe("192.168.125.20");
    loaded();
    expect(seen("198.51.100.10")).toBe("198.51.100.4");
    expect(seen("203.0.113.9")).toBe("198.51.100.4");
    expect(seen("198.51.100.10", { from: "192.168.126.9" })).toBeUndefined();
  });

  test("keep link-local with the metadata address closed", () => {
    expect(seen("169.254.169.254")).toBe("192.168.125.20");
    loaded();
    expect(seen("169.254.169.254")).toBeUndefined();
  });

  test("do not translate what goes to the VPC's own ranges, and forward it for served sources alone", () => {
    expect(seen("192.168.77.7", { from: "192.168.126.9" })).toBe("192.168.126.9");
    loaded();
    expect(seen("192.168.77.7")).toBe("192.168.125.20");
    expect(seen("192.168.77.7", { from: "192.168.126.9" })).toBeUndefined();
  });

  test("hold to narrower destinations", () => {
    loaded({ destinations: ["198.51.100.0/25", "198.51.100.128/25"] });
    expect(seen("198.51.100.10")).toBe("198.51.100.4");
    expect(seen("203.0.113.9")).toBeUndefined();
  });

  test("leave other traffic of the host alone: its own, a container's, and what comes in for it", () => {
    loaded();
    expect(seen("198.51.100.10", { place: "box" })).toBe("10.200.0.2");
    expect(seen("198.51.100.10", { place: "proxy" })).toBe("198.51.100.4");
    expect(seen("198.51.100.4", { place: "outside" })).toBe("198.51.100.10");
    expect(seen("192.168.125.4")).toBe("192.168.125.20");
  });

  test("lower the MSS to what the way out carries", () => {
    loaded();
    must(
      "outside",
      `nft add table ip look; nft add chain ip look in '{ type filter hook input priority 0; }'
       nft add rule ip look in tcp flags syn tcp option maxseg size 1360 counter comment fits
       nft add rule ip look in tcp flags syn counter comment every`,
    );
    expect(seen("198.51.100.10")).toBe("198.51.100.4");
    const rules = must("outside", "nft list chain ip look in; nft delete table ip look");
    const count = (comment: string) =>
      new RegExp(`packets (\\d+) bytes \\d+ comment "${comment}"`).exec(rules)?.[1];
    expect([count("fits"), count("every")]).toEqual(["1", "1"]);
  });

  test("lose no packet of an open flow while they are loaded again and again", async () => {
    loaded();
    const ping = bench.spawn("client", "ping", "-q", "-i", "0.01", "-c", "100", "198.51.100.10");
    let text = "";
    ping.stdout?.on("data", (part: Buffer) => {
      text += part.toString();
    });
    const ended = new Promise((resolve) => ping.once("close", resolve));
    for (let time = 0; time < 10; time += 1) {
      loaded({ served: time % 2 ? base.served : [...base.served, "10.1.0.0/16"] });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(text).toContain("100 packets transmitted, 100 received");
  });

  test("change nothing when loaded twice, and leave nothing when taken away", () => {
    const empty = show();
    loaded();
    const once = show();
    loaded();
    expect(show()).toBe(once);
    unload();
    if (backend === "nftables") expect(show()).toBe(empty);
    else expect(show()).not.toContain("WAYOUT");
    expect(unload().code).toBe(0);
  });

  test("are accepted for any sets of ranges", () => {
    fc.assert(
      fc.property(anyRules, (rules) => {
        const { code, text } = load(rules);
        expect(text).toBe("");
        expect(code).toBe(0);
      }),
      { numRuns: backend === "nftables" ? 60 : 25 },
    );
  });
});

test("iptables rules come before a policy and a rule that drop", () => {
  must("proxy", "iptables -P FORWARD DROP; iptables -A FORWARD -j REJECT");
  expect(seen("198.51.100.10")).toBeUndefined();
  bench.load("iptables", base);
  expect(seen("198.51.100.10")).toBe("198.51.100.4");
  expect(seen("198.51.100.10", { place: "box" })).toBeUndefined();
  bench.unload("iptables");
  must("proxy", "iptables -P FORWARD ACCEPT; iptables -F FORWARD");
});

test("1,000 subnets are a tree of chains of iptables, and fewer of them later leave no chain behind", () => {
  const served = Array.from({ length: 1000 }, (_, at) => `10.${at >> 8}.${at & 255}.${(at % 2) * 128}/25`);
  expect(bench.load("iptables", { ...base, served: [...served, ...base.served] })).toEqual({
    code: 0,
    text: "",
  });
  expect(seen("198.51.100.10")).toBe("198.51.100.4");
  expect(seen("198.51.100.10", { from: "192.168.126.9" })).toBeUndefined();
  const chains = () => bench.show("iptables").match(/^:WAYOUT-SOURCES-/gm)?.length ?? 0;
  expect(chains()).toBeGreaterThan(100);
  bench.load("iptables", { ...base, served: [...served.slice(0, 20), ...base.served] });
  expect(chains()).toBeGreaterThan(0);
  expect(chains()).toBeLessThan(20);
  expect(seen("198.51.100.10")).toBe("198.51.100.4");
  bench.unload("iptables");
  expect(bench.show("iptables")).not.toContain("WAYOUT");
});

test("10,000 subnets are one rule of nftables", () => {
  const served = Array.from({ length: 10_000 }, (_, at) => `10.${at >> 8}.${at & 255}.${(at % 2) * 128}/25`);
  const text = nftablesText({ ...base, served: [...served, "192.168.125.0/24"] });
  expect(text.split("\n").length).toBe(nftablesText(base).split("\n").length);
  expect(inside("proxy", "nft", ["-f", "-"], text)).toEqual({ code: 0, text: "" });
  expect(seen("198.51.100.10")).toBe("198.51.100.4");
  inside("proxy", "nft", ["-f", "-"], nftablesRemoval);
});

test("rules of nftables that are restored from their listing are listed as before", () => {
  const list = () => inside("proxy", "nft", ["-s", "list", "table", "ip", "wayout"]).text;
  const restored = (rules: Rules) => {
    bench.load("nftables", rules);
    const listed = list();
    inside("proxy", "nft", ["-f", "-"], nftablesRemoval + listed);
    expect(list()).toBe(listed);
  };
  const from = ["192.168.125.11/32", "192.168.125.12/32"];
  for (const more of [[], ["192.168.125.4/32"], ["192.168.125.13/32", "192.168.125.14/32"]]) {
    const open = [{ protocol: null, ports: null, from: [...from, ...more] }];
    restored({ ...base, ownServices: { devices: ["in0"], open, logins: [], sshPort: 22 } });
  }
  fc.assert(fc.property(anyRules, restored), { numRuns: 25 });
  bench.unload("nftables");
});

const cidr = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, prefix]) => {
    const octets = [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256);
    return `${octets.join(".")}/${prefix}`;
  });
const cidrs = fc.array(cidr, { maxLength: 12 });
const anyRules = fc.record({
  egressDevice: fc.constantFrom("out0", "fwd", "in", "ens4.100", "bond-0"),
  egressAddress: fc.constant("198.51.100.4"),
  ofPair: fc.boolean(),
  insideDevices: fc.constantFrom(["in0"], ["out0"], ["out0", "in0"], ["eth0", "in"]),
  ownAddresses: fc.constantFrom([], ["10.0.0.1"], ["10.0.0.1", "10.0.0.2"]),
  served: cidrs,
  destinations: cidrs,
  vpcCidrs: cidrs,
  closed: cidrs,
  ownServices: fc.option(
    fc.record({
      devices: fc.constantFrom(["in0"], ["in0", "fwd"]),
      open: fc.array(
        fc.record({
          protocol: fc.constantFrom(null, 1, 2, 6, 17, 47, 112),
          ports: fc.constantFrom(null, { first: 8, last: 8 }, { first: 1, last: 255 }),
          from: cidrs,
        }),
        { maxLength: 6 },
      ),
      logins: fc.constantFrom([], ["192.168.125.9"]),
      sshPort: fc.constant(22),
    }),
    { nil: null },
  ),
});
