/**
 * Attacks on a proxy's rules, with packets: entries of connection tracking that a partner made up, sources that are not
 * served, hosts outside, and clients that try the proxy's own services.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenService } from "../../src/host/own-services.ts";
import type { Rules } from "../../src/host/rules.ts";
import { type Backend, betweenTwo, type Place, RulesBench } from "../lab/rules-bench.ts";

const bench = new RulesBench();
beforeAll(async () => {
  await bench.up();
  for (const place of ["client", "outside"] as const) {
    bench.must(
      place,
      "nft add table ip look; nft add chain ip look in '{ type filter hook prerouting priority 0; }'",
    );
  }
});
afterAll(() => bench.down());

const pair: Rules = { ...betweenTwo, ofPair: true };
const served = "192.168.125.20";
const notServed = "192.168.126.9";
const far = "198.51.100.10";
const metadata = "169.254.169.254";

interface Entry {
  readonly from: string;
  readonly to: string;
  /** What it translates the source to. */
  readonly as?: string;
  readonly replied?: boolean;
}

/** An entry in the proxy's table, as conntrackd makes one that its partner told of. Ports: 4000 to 4007. */
function forge({ from, to, as = from, replied = true }: Entry): void {
  const status = replied ? ["-u", "SEEN_REPLY,ASSURED"] : [];
  // The kernel makes the reply's side, and translates, only where that is not given already.
  const nat =
    as === from ? ["-r", to, "-q", from, "--reply-port-src", "4007", "--reply-port-dst", "4000"] : ["-n", as];
  const tuple = ["-p", "udp", "-s", from, "-d", to, "--sport", "4000", "--dport", "4007"];
  const { code, text } = bench.inside("proxy", "conntrack", ["-I", ...tuple, ...nat, ...status, "-t", "60"]);
  if (code !== 0) throw new Error(text);
}

const sender = (from: string, port: number, to: string, toPort: number) =>
  `const s = require("node:dgram").createSocket("udp4");
   s.bind(${port}, "${from}", () => s.send("x", ${toPort}, "${to}", () => s.close()));`;

function send(place: Place, from: string, port: number, to: string, toPort: number): void {
  const { code, text } = bench.inside(place, process.execPath, ["-e", sender(from, port, to, toPort)]);
  if (code !== 0) throw new Error(text);
}

/** How many packets arrive in `place` that match, while `attack` runs. What is forwarded at all is there when it returns. */
function arrived(place: Place, match: string, attack: () => void): number {
  bench.must(place, `nft flush chain ip look in; nft add rule ip look in ${match} counter`);
  attack();
  const rules = bench.must(place, "nft list chain ip look in");
  return Number(/packets (\d+)/.exec(rules)?.[1]);
}

describe.each<Backend>(["nftables", "iptables"])("%s", (backend) => {
  afterEach(() => {
    bench.unload(backend);
    bench.must("proxy", "conntrack -F 2>/dev/null; nft delete table ip theirs 2>/dev/null || :");
  });
  const loaded = (rules: Rules): void => {
    expect(bench.load(backend, rules)).toEqual({ code: 0, text: "" });
  };
  const goes = (from: string, to: string): number =>
    arrived("outside", `ip daddr ${to} udp dport 4007`, () => send("client", from, 4000, to, 4007));
  const comes = (from: string, to: string): number =>
    arrived("client", "udp sport 4007 udp dport 4000", () => send("outside", from, 4007, to, 4000));

  describe.each([
    ["of one proxy", betweenTwo],
    ["of a pair", pair],
  ])("rules %s", (_, rules) => {
    const as = rules.egressAddress;

    test.each([true, false])(
      "let pass, both ways, what is as they would make it (replied: %s)",
      (replied) => {
        loaded(rules);
        forge({ from: served, to: far, as, replied });
        expect(goes(served, far)).toBe(1);
        expect(comes(far, as)).toBe(1);
      },
    );

    test.each([true, false])("a known connection does not open a closed range (replied: %s)", (replied) => {
      forge({ from: served, to: metadata, as, replied });
      expect(goes(served, metadata)).toBe(1);
      loaded(rules);
      expect(goes(served, metadata)).toBe(0);
      expect(comes(metadata, as)).toBe(0);
    });

    test.each([true, false])(
      "a known connection does not serve who is not served (replied: %s)",
      (replied) => {
        forge({ from: notServed, to: far, as, replied });
        expect(goes(notServed, far)).toBe(1);
        loaded(rules);
        expect(goes(notServed, far)).toBe(0);
        expect(comes(far, as)).toBe(0);
      },
    );

    test("a known connection does not lead out of the destinations", () => {
      loaded({ ...rules, destinations: ["203.0.113.0/24"] });
      forge({ from: served, to: far, as });
      expect(goes(served, far)).toBe(0);
      expect(comes(far, as)).toBe(0);
      forge({ from: served, to: "203.0.113.9", as });
      expect(goes(served, "203.0.113.9")).toBe(1);
    });

    test("a known connection is not opened from outside", () => {
      loaded(rules);
      forge({ from: far, to: served });
      const inwards = () => send("outside", far, 4000, served, 4007);
      expect(arrived("client", "udp dport 4007", inwards)).toBe(0);
      bench.must("proxy", "conntrack -F 2>/dev/null");
      expect(arrived("client", "udp dport 4007", inwards)).toBe(0);
    });

    test("hosts outside open nothing inside, also with an address that is served", () => {
      expect(bench.seen(served, { place: "outside" })).toBe(far);
      loaded(rules);
      expect(bench.seen(served, { place: "outside" })).toBeUndefined();
      const spoofed = "192.168.125.77";
      bench.must("outside", `ip addr add ${spoofed}/32 dev lo`);
      try {
        const inwards = () => send("outside", spoofed, 4000, served, 4007);
        expect(arrived("client", `ip saddr ${spoofed}`, inwards)).toBe(0);
      } finally {
        bench.must("outside", `ip addr del ${spoofed}/32 dev lo`);
      }
    });

    test("nobody who is not served uses the proxy as a router within the VPC, and who is served does", () => {
      loaded(rules);
      expect(bench.seen("192.168.77.7", { from: notServed })).toBeUndefined();
      expect(bench.seen("192.168.77.7")).toBe(served);
      forge({ from: notServed, to: "192.168.77.7" });
      expect(goes(notServed, "192.168.77.7")).toBe(0);
    });

    test("nobody speaks the pair's own protocols through the proxy", () => {
      loaded(rules);
      const vrrp = `use Socket; socket(my $s, AF_INET, SOCK_RAW, 112) or die; send($s, "x" x 20, 0, sockaddr_in(0, inet_aton("${far}"))) or die;`;
      const advert = () => bench.must("client", `perl -e '${vrrp}'`);
      expect(arrived("outside", "ip protocol 112", advert)).toBe(0);
      const sync = () => send("client", served, 4000, far, 3780);
      expect(arrived("outside", "udp dport 3780", sync)).toBe(0);
      // A client that has that port itself gets its answers.
      const asks = () => {
        send("client", served, 3780, far, 4007);
        const port = /dport=(\d+) \[?/.exec(
          bench.must(
            "proxy",
            `conntrack -L -p udp -s ${served} --sport 3780 2>/dev/null | sed 's/.*src=${far} //'`,
          ),
        )?.[1];
        send("outside", far, 4007, as, Number(port));
      };
      expect(arrived("client", "udp dport 3780", asks)).toBe(1);
    });
  });

  test("in a pair, a known connection is translated to the pair's address or not at all", () => {
    loaded(pair);
    for (const as of ["198.51.100.99", "192.168.125.4", served]) {
      forge({ from: served, to: far, as });
      expect([as, goes(served, far)]).toEqual([as, 0]);
      bench.must("proxy", "conntrack -F 2>/dev/null");
    }
    // Within the VPC nothing is translated: the other one could let clients speak as the proxy.
    for (const as of ["198.51.100.4", "192.168.125.4"]) {
      forge({ from: served, to: "192.168.77.7", as });
      expect([as, goes(served, "192.168.77.7")]).toEqual([as, 0]);
      bench.must("proxy", "conntrack -F 2>/dev/null");
    }
    forge({ from: served, to: "192.168.77.7" });
    expect(goes(served, "192.168.77.7")).toBe(1);
  });

  test("a host that comes into a pair goes on with what it translated to its own address, until its next boot", () => {
    const member: Rules = {
      ...pair,
      egressAddress: "198.51.100.250",
      ownAddresses: [...pair.ownAddresses, "198.51.100.250"],
    };
    const own = { device: "out0", address: "198.51.100.4" };
    const flow = { from: served, to: far, as: "198.51.100.4" };
    const byScript = (rules: Rules) =>
      expect(bench.loadByScript(backend, rules, own)).toEqual({ code: 0, text: "" });
    loaded(betweenTwo);
    expect(goes(served, far)).toBe(1);
    bench.must("proxy", "conntrack -F 2>/dev/null");
    forge(flow);
    // Again and again, as applies do.
    for (const _ of [1, 2]) {
      byScript(member);
      expect(goes(served, far)).toBe(1);
      expect(comes(far, own.address)).toBe(1);
    }
    bench.unload(backend);
    bench.must("proxy", "conntrack -F 2>/dev/null");
    byScript(member);
    byScript(member);
    forge(flow);
    expect(goes(served, far)).toBe(0);
    expect(comes(far, own.address)).toBe(0);
  });

  test("what somebody else's DNAT leads inside goes on, where no other proxy could have made it up", () => {
    const publish = `nft -f - <<'X'
table ip theirs { chain pre { type nat hook prerouting priority -100; iifname "out0" tcp dport 8080 dnat to ${served}:80; }; }
X`;
    bench.must("proxy", publish);
    loaded(betweenTwo);
    expect(bench.seen("198.51.100.4:8080", { place: "outside" })).toBe(far);
    loaded(pair);
    expect(bench.seen("198.51.100.4:8080", { place: "outside" })).toBeUndefined();
  });

  describe("the proxy's own services", () => {
    const services = (...open: OpenService[]): Rules => ({
      ...betweenTwo,
      ownServices: { devices: ["in0"], open, logins: [], sshPort: 22 },
    });
    const tcp = (port: number, ...from: string[]): OpenService => ({
      protocol: 6,
      ports: { first: port, last: port },
      from,
    });
    const echo: OpenService = { protocol: 1, ports: { first: 8, last: 8 }, from: ["192.168.125.0/24"] };
    const pings = () => bench.inside("client", "ping", ["-c", "1", "-W", "1", "192.168.125.4"]).code === 0;

    test("are closed to served sources, but for what is open", () => {
      expect(bench.seen("192.168.125.4")).toBe(served);
      loaded(services());
      expect(bench.seen("192.168.125.4")).toBeUndefined();
      // By another address of the proxy too.
      expect(bench.seen("198.51.100.4")).toBeUndefined();
      expect(pings()).toBe(false);
      loaded(services(tcp(80, "192.168.125.0/24"), echo));
      expect(bench.seen("192.168.125.4")).toBe(served);
      expect(pings()).toBe(true);
      loaded(services(tcp(80, "192.168.125.99/32"), tcp(81, "192.168.125.0/24")));
      expect(bench.seen("192.168.125.4")).toBeUndefined();
      loaded(services({ protocol: null, ports: null, from: [`${served}/32`] }));
      expect(bench.seen("192.168.125.4")).toBe(served);
    });

    test("stay as they are for everybody who is not served, and do not keep anybody from the way out", () => {
      loaded(services());
      expect(bench.seen("192.168.125.4", { from: notServed })).toBe(notServed);
      expect(bench.seen("198.51.100.4", { place: "outside" })).toBe(far);
      expect(bench.seen(far)).toBe("198.51.100.4");
      expect(bench.seen(served, { place: "proxy" })).toBe("192.168.125.4");
    });

    test("are closed where a container has them too", () => {
      const publish = `nft -f - <<'X'
table ip theirs { chain pre { type nat hook prerouting priority -100; iifname "in0" tcp dport 8080 dnat to 10.200.0.2:80; }; }
X`;
      bench.must("proxy", publish);
      expect(bench.seen("192.168.125.4:8080")).toBe(served);
      loaded(services());
      expect(bench.seen("192.168.125.4:8080")).toBeUndefined();
      loaded(services(tcp(8080, "192.168.125.0/24")));
      expect(bench.seen("192.168.125.4:8080")).toBe(served);
    });

    test("no entry of connection tracking opens them", () => {
      loaded(services());
      const tuple = "-p tcp -s 192.168.125.20 -d 192.168.125.4 --sport 4000 --dport 80";
      bench.must("proxy", `conntrack -I ${tuple} --state ESTABLISHED -u SEEN_REPLY,ASSURED -t 60`);
      const args = ["-s", "-m", "1", "--local-port", "4000", "http://192.168.125.4/"];
      expect(bench.inside("client", "curl", args).code).not.toBe(0);
    });

    test.each([
      ["a client's", "client", "192.168.125.4"],
      ["the proxy's own", "proxy", "192.168.125.20"],
    ] as const)("%s open connection goes on, although nothing tracked it before", async (_, place, to) => {
      const child = await bench.started(
        place,
        `const s = require("node:net").connect(80, "${to}", () => console.log("open"));
         process.stdin.once("data", () => s.write("GET / HTTP/1.0\\r\\n\\r\\n"));
         s.once("data", (d) => { console.log(String(d).split("\\r\\n")[0]); process.exit(); });`,
      );
      loaded(services());
      const said = new Promise((resolve) =>
        child.stdout?.once("data", (text: Buffer) => resolve(text.toString())),
      );
      child.stdin?.write("go\n");
      expect(await said).toContain("200 OK");
    });

    test("answers to what the proxy asks come in, and ICMP errors", () => {
      loaded(services());
      expect(bench.inside("proxy", "ping", ["-c", "1", "-W", "1", served]).code).toBe(0);
      // Nobody listens there: the client says so by ICMP.
      const refused = `const s = require("node:dgram").createSocket("udp4");
        s.connect(4999, "${served}", () => s.send("x")); s.on("error", (e) => { console.log(e.code); process.exit(); });
        setTimeout(() => process.exit(1), 2000);`;
      expect(bench.inside("proxy", process.execPath, ["-e", refused]).text).toContain("ECONNREFUSED");
    });

    test("answers of a DHCP server come in unasked", () => {
      loaded(services());
      const dhcp = (port: number) => () => send("client", served, port, "192.168.125.4", 68);
      bench.must(
        "proxy",
        "nft add table ip look; nft add chain ip look in '{ type filter hook input priority 10; }'",
      );
      try {
        expect(arrived("proxy", "udp dport 68", dhcp(67))).toBe(1);
        expect(arrived("proxy", "udp dport 68", dhcp(4000))).toBe(0);
      } finally {
        bench.must("proxy", "nft delete table ip look");
      }
    });
  });
});

describe.each<Backend>(["nftables", "iptables"])("%s rules of a proxy with one NIC", (backend) => {
  const far = "203.0.113.77";
  const single: Rules = { ...betweenTwo, egressDevice: "in0", egressAddress: "192.168.125.4" };
  beforeAll(() => {
    // What it forwards it sends back by the same device.
    bench.must("proxy", `for to in ${far} ${metadata}; do ip route add $to via ${served} dev in0; done`);
  });
  afterAll(() => {
    bench.must("proxy", `for to in ${far} ${metadata}; do ip route del $to; done`);
  });
  afterEach(() => {
    bench.unload(backend);
    bench.must("proxy", "conntrack -F 2>/dev/null");
  });
  const goes = (from: string, to: string): number =>
    arrived("client", `ip daddr ${to} udp dport 4007`, () => send("client", from, 4000, to, 4007));
  const comes = (from: string): number => {
    bench.must("client", `ip addr add ${from}/32 dev lo`);
    try {
      const answer = () => send("client", from, 4007, "192.168.125.4", 4000);
      return arrived("client", `ip saddr ${from} udp dport 4000`, answer);
    } finally {
      bench.must("client", `ip addr del ${from}/32 dev lo`);
    }
  };

  test.each([
    ["of one proxy", single],
    ["of a pair", { ...single, ofPair: true }],
  ])("%s judge what turns round on it by its connection too, both ways", (_, rules) => {
    expect(bench.load(backend, rules)).toEqual({ code: 0, text: "" });
    const as = rules.egressAddress;
    const cases = [
      { from: served, to: far, passes: 1 },
      { from: served, to: metadata, passes: 0 },
      { from: notServed, to: far, passes: 0 },
    ];
    for (const { from, to, passes } of cases) {
      forge({ from, to, as });
      expect([from, to, goes(from, to)]).toEqual([from, to, passes]);
      expect([from, to, comes(to)]).toEqual([from, to, passes]);
      bench.must("proxy", "conntrack -F 2>/dev/null");
    }
    // Without an entry.
    expect(goes(served, far)).toBe(1);
    expect(goes(served, metadata)).toBe(0);
    expect(goes(notServed, far)).toBe(0);
  });
});
