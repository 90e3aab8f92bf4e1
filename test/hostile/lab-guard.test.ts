/**
 * The guard of a pair before the judge: packets of the partner, of a neighbour, and of a neighbour that speaks with the partner's
 * address, on one link. What arrives at a raw socket (adverts) and at a UDP socket (sync) counts.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { guardScript } from "../../src/host/pair/guard.ts";
import { routerId } from "../../src/host/pair/keepalived-conf.ts";
import type { Member } from "../../src/host/pair/member.ts";
import { attackScript } from "./attack-script.ts";

const prefix = `wt-guard-${process.pid}`;
const tools = mkdtempSync(join(tmpdir(), "wt-guard-"));
const ends = ["own", "partner", "neighbour"] as const;
/** Where their bridge is: a host does not see what a bridge passes on. */
const places = [...ends, "link"] as const;
type Place = (typeof places)[number];
type End = (typeof ends)[number];
const addressOf = { own: "192.168.125.4", partner: "192.168.125.5", neighbour: "192.168.125.11" } as const;
const macOf = {
  own: "02:00:00:00:00:04",
  partner: "02:00:00:00:00:05",
  neighbour: "02:00:00:00:00:0b",
} as const;

const member: Member = {
  gateway: "egress",
  device: "eth0",
  outsideDevice: "eth0",
  address: addressOf.own,
  peer: addressOf.partner,
  peerMac: macOf.partner,
  inner: "192.168.125.251",
  outer: "192.168.125.250",
  ownEip: true,
  targets: [],
};

function inside(place: Place, program: string, args: readonly string[], input = "") {
  const env = { ...process.env, PATH: `${tools}:${process.env.PATH}` };
  const done = spawnSync("ip", ["netns", "exec", `${prefix}-${place}`, program, ...args], {
    input,
    env,
    timeout: 60_000,
    encoding: "utf8",
  });
  return { code: done.status ?? 1, text: `${done.stdout}${done.stderr}` };
}

function must(place: Place, script: string): string {
  const { code, text } = inside(place, "sh", ["-e"], script);
  if (code !== 0) throw new Error(`${script}\n${text}`);
  return text.trim();
}

beforeAll(() => {
  for (const name of ["iptables", "iptables-save", "iptables-restore"]) {
    symlinkSync(`/usr/sbin/${name.replace("iptables", "iptables-legacy")}`, join(tools, name));
  }
  for (const place of places) execFileSync("ip", ["netns", "add", `${prefix}-${place}`]);
  must("link", "ip link add br0 type bridge; ip link set br0 up");
  for (const place of ends) {
    must("link", `ip link add p-${place} type veth peer name eth0 netns ${prefix}-${place}`);
    must("link", `ip link set p-${place} master br0 up`);
    must(
      place,
      `ip link set eth0 address ${macOf[place]} up; ip addr add ${addressOf[place]}/24 dev eth0; ip link set lo up`,
    );
  }
});

afterAll(() => {
  for (const place of places) spawnSync("ip", ["netns", "del", `${prefix}-${place}`]);
  rmSync(tools, { recursive: true });
});

/** What of one packet of each kind arrived. */
interface Sent {
  readonly from: End;
  readonly source?: string;
  readonly ttl?: number;
  readonly routerId?: number;
}

function arrives({ from, source = addressOf[from], ttl = 255, routerId: id = routerId("egress") }: Sent) {
  const advert = `perl - advert ${source} ${addressOf.own} ${ttl} ${id} 255`;
  const sync = `perl - sync ${source} ${addressOf.own}`;
  // The last one on the link: all that was sent before it has arrived, or never will.
  const send = [advert, sync, `perl - datagram ${addressOf.own} 9`]
    .map(
      (command) => `ip netns exec ${prefix}-${from} ${command} > /dev/null <<'PERL'\n${attackScript}\nPERL`,
    )
    .join("\n");
  const text = must(
    "own",
    `rm -f ${tools}/heard
perl - listen <<'PERL' > ${tools}/heard &
${attackScript}
PERL
listener=$!
until grep -qs ready ${tools}/heard; do kill -0 $listener; done
${send}
wait $listener
grep -v ready ${tools}/heard || :`,
  );
  return text
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

const nft = guardScript(member);
const backends = [
  { backend: "nftables", script: nft },
  { backend: "iptables", script: nft.replace("command -v nft", "false") },
];

test("without the guard, adverts and sync of anybody arrive", () => {
  expect(arrives({ from: "neighbour" })).toEqual(["advert", "sync"]);
});

describe.each(backends)("the guard by $backend", ({ backend, script }) => {
  const guard = (word: string) => inside("own", "sh", ["-s", word], script);

  beforeAll(() => {
    expect(guard("check").code).not.toBe(0);
    expect(guard("on")).toEqual({ code: 0, text: "" });
    expect(guard("check").code).toBe(0);
  });
  afterAll(() => {
    expect(guard("off").code).toBe(0);
    expect(inside("own", "sh", ["-c", "nft list ruleset; iptables-save -t raw | grep WAYOUT"]).text).toBe("");
  });

  test("takes both from the partner", () => {
    expect(arrives({ from: "partner" })).toEqual(["advert", "sync"]);
  });

  test("takes neither from a neighbour, from its own address and from the partner's", () => {
    expect(arrives({ from: "neighbour" })).toEqual([]);
    expect(arrives({ from: "neighbour", source: addressOf.partner })).toEqual([]);
  });

  test("takes no advert that a router passed on", () => {
    expect(arrives({ from: "partner", ttl: 254 })).toEqual(["sync"]);
  });

  test("is loaded again as it was, and again after any rule of it was deleted", () => {
    const show = () =>
      must("own", "nft -s list ruleset; iptables-save -t raw | grep WAYOUT | sed 's/ \\[.*//' || :");
    const loaded = show();
    guard("on");
    expect(show()).toBe(loaded);
    const spoil =
      backend === "nftables"
        ? "nft flush chain ip wayout_pair adverts"
        : "iptables -t raw -D WAYOUTPAIR $(iptables -t raw -S WAYOUTPAIR | grep -c -- -A)";
    must("own", spoil);
    expect(guard("check").code).not.toBe(0);
    guard("on");
    expect(show()).toBe(loaded);
  });

  test("lets no other user of this host send sync to the partner", () => {
    const sent = (user: string) =>
      inside(
        "own",
        "setpriv",
        [`--reuid=${user}`, "--clear-groups", "perl", "-", "datagram", addressOf.partner, "3780"],
        attackScript,
      ).text;
    expect(sent("root")).toBe("sent\n");
    expect(sent("nobody")).toContain("not permitted");
  });
});

test("with nftables, adverts of another pair on this host are left alone, and what was refused is counted", () => {
  inside("own", "sh", ["-s", "on"], nft);
  expect(arrives({ from: "neighbour", routerId: 9 })).toEqual(["advert"]);
  expect(arrives({ from: "neighbour" })).toEqual([]);
  const counters = must("own", "nft list counters table ip wayout_pair");
  expect(counters).toMatch(/counter adverts_refused \{\s+packets 1 /);
  expect(counters).toMatch(/counter sync_refused \{\s+packets 2 /);
  inside("own", "sh", ["-s", "off"], nft);
});
