import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { chooseProbes } from "../../spec/probes.ts";
import { clientScripts } from "./client-scripts.ts";
import { abandonScript, collectScript, startScript } from "./load.ts";
import { readLoad } from "./load-found.ts";
import { type LoadWish, planLoad, type Tools } from "./load-plan.ts";
import { readTools } from "./seat.ts";

const everything: Tools = { perl: true, fineClock: true, curl: true, wget: true, ping: true, finePing: true };
const nothing: Tools = {
  perl: false,
  fineClock: false,
  curl: false,
  wget: false,
  ping: false,
  finePing: false,
};
const own = { echo: "198.51.100.10:7", slow: "http://198.51.100.10/slow" };

function planned(wish: Partial<LoadWish> & { tools: Tools }, local: typeof own | object = own) {
  const probes = chooseProbes({}, local);
  return planLoad({ probes, count: null, lifeSeconds: 60, served: () => true, ...wish });
}

describe("the load", () => {
  test("with an echo host of one's own, it is a thousand connections and a packet every 5 ms", () => {
    const { load, couldNotMeasure } = planned({ tools: everything });
    expect(load.connections).toMatchObject({ mode: "echo", host: "198.51.100.10", port: 7, count: 1000 });
    expect(load.udp).toMatchObject({ intervalMs: 5 });
    expect(load.icmp).toMatchObject({ host: "198.51.100.10", intervalMs: 5 });
    expect(load.download).toEqual({ url: own.slow, by: "curl" });
    expect(couldNotMeasure).toEqual([]);
  });

  test("with somebody else's hosts, it is polite", () => {
    const { load, couldNotMeasure } = planned({ tools: everything }, {});
    expect(load.connections).toMatchObject({
      mode: "http",
      host: "checkip.amazonaws.com",
      port: 80,
      count: 8,
    });
    expect(load.icmp).toMatchObject({ intervalMs: 20 });
    expect(load.download?.bytesPerSecond).toBeLessThan(1_000_000);
    expect(couldNotMeasure).toEqual(["UDP packets: the spec names no probes.echo"]);
  });

  test("on a client with a shell and nothing else, it is nothing, and everything is said", () => {
    const { load, couldNotMeasure } = planned({ tools: nothing });
    expect(load).toEqual({ lifeSeconds: 60 });
    expect(couldNotMeasure.map((text) => text.split(":")[0])).toEqual([
      "connections",
      "UDP packets",
      "ICMP packets",
      "a download",
    ]);
  });

  test("hosts that are no destination of the gateway are not asked", () => {
    const { load } = planned({ tools: everything, served: (host) => host === "checkip.amazonaws.com" });
    expect(load).toMatchObject({ connections: { mode: "http" } });
    expect(load.udp).toBeUndefined();
    expect(load.icmp).toBeUndefined();
  });

  test("the tools of a client are read from what it says", () => {
    expect(readTools("perl\nping\nfine-ping\n")).toEqual({
      ...nothing,
      perl: true,
      ping: true,
      finePing: true,
    });
  });
});

describe("what the load found", () => {
  const { load } = planned({ tools: everything, count: 5 });
  const output = `ready: opened=4
ready: failed=Connection refused: 1
=== wayout connections 0
opened=4
kept=1
lost=1 reset 1700000000500
lost=2 hanging 1700000010000
lost=3 closed 1700000000400
=== wayout packets 0
base=1700000000000.000
0.02 0.50
5.00 -
10.00 10.40
=== wayout ping 0
PING 198.51.100.10 (198.51.100.10) 56(84) bytes of data.
[1700000000.001000] 64 bytes from 198.51.100.10: icmp_seq=1 ttl=61 time=0.500 ms
[1700000000.011000] 64 bytes from 198.51.100.10: icmp_seq=3 ttl=61 time=0.500 ms

--- 198.51.100.10 ping statistics ---
4 packets transmitted, 2 received, 50% packet loss, time 15ms
=== wayout download 28 1700000002000
error: curl: (28) Operation timed out
`;

  test("connections are counted by how they ended", () => {
    expect(readLoad(output, load).connections).toEqual({
      asked: 5,
      opened: 4,
      kept: 1,
      lost: [
        { how: "reset", atMs: 1700000000500 },
        { how: "hanging", atMs: 1700000010000 },
        { how: "closed", atMs: 1700000000400 },
      ],
      failed: "Connection refused: 1",
    });
  });

  test("packets without an answer are there, with the time when they were sent", () => {
    const { udp, icmp } = readLoad(output, load);
    expect(udp?.[1]).toEqual({ sentMs: 1700000000005, receivedMs: null });
    expect(icmp?.map(({ sentMs, receivedMs }) => [sentMs - 1700000000000, receivedMs !== null])).toEqual([
      [0.5, true],
      [5.5, false],
      [10.5, true],
      [15.5, false],
    ]);
  });

  test("a download that did not end well is not finished", () => {
    expect(readLoad(output, load).download).toEqual({
      finished: false,
      endedMs: 1700000002000,
      said: "curl: (28) Operation timed out",
    });
  });

  test("a part that ended without a word is a trouble that is told", () => {
    const broken = "=== wayout packets 2\nerror: socket: not permitted\n=== wayout ping 0\n";
    const { udp, troubles } = readLoad(broken, load);
    expect(udp).toBeNull();
    expect(troubles).toContain("UDP packets: socket: not permitted");
  });
});

describe("a host that never answered", () => {
  const { load } = planned({ tools: everything, count: 5 });

  test("says nothing of a failover: its packets are not counted as lost", () => {
    const output = `=== wayout packets 0
base=1700000000000.000
0.02 -
5.00 -
=== wayout ping 1
From 192.168.125.1 icmp_seq=1 Destination Net Unreachable
3 packets transmitted, 0 received, +1 errors, 100% packet loss, time 10ms
`;
    const { udp, icmp, icmpCount, troubles } = readLoad(output, load);
    expect([udp, icmp, icmpCount]).toEqual([null, null, null]);
    expect(troubles).toContain("UDP packets: none of 2 was answered, not even before the fault");
    expect(troubles).toContain("ICMP packets: none of 3 was answered, not even before the fault");
  });

  test("and a download of which nothing is told still says how it ended", () => {
    expect(readLoad("=== wayout download 8\n", load).download).toEqual({
      finished: false,
      endedMs: null,
      said: "it ended with 8",
    });
  });
});

describe("the scripts for a client", () => {
  const { load } = planned({ tools: everything });

  test.each([
    ["start", startScript(load)],
    ["start of nothing", startScript({ lifeSeconds: 60 })],
    ["collect", collectScript("/tmp/wayout-drill.abcdef", load)],
    ["abandon", abandonScript("/tmp/wayout-drill.abcdef")],
  ])("%s is a POSIX shell's", (_, script) => {
    execFileSync("sh", ["-n"], { input: script });
  });

  test.each(Object.entries(clientScripts))("%s compiles", (_, script) => {
    execFileSync("perl", ["-c", "-"], { input: script, stdio: ["pipe", "ignore", "ignore"] });
  });
});
