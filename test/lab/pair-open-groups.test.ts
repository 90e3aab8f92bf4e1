/** The packets that open the cloud's security groups, as they leave a device: seen from the other end of the wire. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pairScripts } from "../../src/host/pair/scripts.ts";

const place = `wt-groups-${process.pid}`;
const router = "02:00:00:00:00:02";
const inside = ["netns", "exec", place];

beforeAll(() => {
  const run = (...args: string[]) => execFileSync("ip", args);
  run("netns", "add", place);
  run("-n", place, "link", "add", "here", "type", "veth", "peer", "name", "there");
  run("-n", place, "link", "set", "there", "address", router);
  for (const device of ["here", "there"]) {
    execFileSync("ip", [...inside, "sysctl", "-qw", `net.ipv6.conf.${device}.disable_ipv6=1`]);
    run("-n", place, "link", "set", device, "up");
  }
});
afterAll(() => {
  spawnSync("ip", ["netns", "del", place]);
});

/** Prints each IPv4 frame that comes to the device in hexadecimal, the one that is named as the last. */
const listener = `use strict; use warnings; use Socket; $| = 1;
socket(my $in, 17, SOCK_RAW, unpack('S', pack('n', 0x0800))) or die $!;
open(my $file, '<', '/sys/class/net/there/ifindex') or die $!;
bind($in, pack('S n i x12', 17, 0x0800, <$file> + 0)) or die $!;
print "ready\\n";
while (defined recv($in, my $frame, 2000, 0)) { print unpack('H*', $frame), "\\n" }
`;

/** What conntrack -L prints (1.4.7), with addresses translated to 192.168.125.250. */
const lines = [
  "tcp      6 431999 ESTABLISHED src=192.168.125.21 dst=198.51.100.7 sport=40000 dport=443 src=198.51.100.7 dst=192.168.125.250 sport=443 dport=51234 [ASSURED] mark=0 use=1",
  "udp      17 29 src=192.168.125.22 dst=198.51.100.8 sport=5000 dport=53 [UNREPLIED] src=198.51.100.8 dst=192.168.125.250 sport=53 dport=6001 mark=0 use=1",
  "icmp     1 29 src=192.168.125.22 dst=198.51.100.8 type=8 code=0 id=7 src=198.51.100.8 dst=192.168.125.250 type=0 code=0 id=7 mark=0 use=1",
  "conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.",
  "tcp      6 60 SYN_SENT src=192.168.125.23 dst=203.0.113.9 sport=1 dport=65535 [UNREPLIED] src=203.0.113.9 dst=192.168.125.250 sport=65535 dport=1 mark=0 use=1",
];

/** The sum of 16 bit words; all ones where a checksum among them is right (RFC 1071). */
function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 2) total += bytes.readUInt16BE(at);
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000);
  return total;
}

function read(frame: Buffer) {
  const [ip, payload] = [frame.subarray(14, 34), frame.subarray(34)];
  const address = (at: number) => [...ip.subarray(at, at + 4)].join(".");
  const protocol = ip[9] ?? 0;
  const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.from([0, protocol, 0, payload.length])]);
  return {
    to: frame.subarray(0, 6).toString("hex", 0, 6),
    ttl: ip[8],
    length: ip.readUInt16BE(2),
    headRight: sum(ip) === 0xffff,
    from: `${address(12)}:${payload.readUInt16BE(0)}`,
    destination: `${address(16)}:${payload.readUInt16BE(2)}`,
    ...(protocol === 6
      ? { tcpFlags: payload[13], right: sum(Buffer.concat([pseudo, payload])) === 0xffff }
      : { udpLength: payload.readUInt16BE(4), udpChecksum: payload.readUInt16BE(6) }),
  };
}

async function capture(listening: ChildProcess, count: number, begin: () => void): Promise<Buffer[]> {
  let text = "";
  const frames = () => text.split("\n").slice(1, -1);
  for await (const chunk of listening.stdout ?? []) {
    const first = text === "";
    text += String(chunk);
    if (first) begin();
    if (frames().length >= count) break;
  }
  return frames().map((line) => Buffer.from(line, "hex"));
}

test("for every TCP and UDP connection one packet leaves that the first router drops, as from the virtual IP", async () => {
  const listening = spawn("ip", [...inside, "perl", "-e", listener], { timeout: 20_000 });
  const frames = await capture(listening, 3, () => {
    const opened = spawnSync("ip", [...inside, "perl", "-e", pairScripts.takeOver, "here", router], {
      input: lines.map((line) => `${line}\n`).join(""),
      encoding: "utf8",
    });
    expect([opened.status, opened.stderr]).toEqual([0, ""]);
  });
  listening.kill("SIGKILL");
  const every = { to: router.replaceAll(":", ""), ttl: 1, headRight: true };
  const acknowledgement = { ...every, length: 40, tcpFlags: 0x10, right: true };
  expect(frames.map(read)).toEqual([
    { ...acknowledgement, from: "192.168.125.250:51234", destination: "198.51.100.7:443" },
    {
      ...every,
      length: 28,
      udpLength: 8,
      udpChecksum: 0,
      from: "192.168.125.250:6001",
      destination: "198.51.100.8:53",
    },
    { ...acknowledgement, from: "192.168.125.250:1", destination: "203.0.113.9:65535" },
  ]);
});
