/** Signed adverts: which change comes next, and the texts that go to the hosts. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pairPaths } from "./paths.ts";
import {
  forgetScript,
  type HostSigning,
  hearEachOther,
  keyScript,
  modeOf,
  modeScript,
  nextMove,
  parseVersion,
  type SigningMode,
  type SigningMove,
  signingConf,
  signingModes,
  signingPaths,
  startingModes,
} from "./signing.ts";

const host = (changes: Partial<HostSigning> = {}): HostSigning => ({
  canSign: true,
  takesPart: true,
  mode: "none",
  exact: true,
  key: null,
  behind: false,
  ...changes,
});
type Pair = readonly [HostSigning, HostSigning];

/** As the two hosts are after a move. */
function after([one, other]: Pair, move: SigningMove, newKey: string): Pair {
  const changed = (own: HostSigning, at: number): HostSigning => {
    if (move.kind === "key") return { ...own, key: newKey, behind: false };
    if (move.kind === "forget") return { ...own, key: null };
    if (move.at !== at) return own;
    const left = move.mode === "none" ? { key: null, behind: false } : {};
    return { ...own, mode: move.mode, exact: true, ...left };
  };
  return [changed(one, 0), changed(other, 1)];
}

/** All moves to the end, with the pair as it is after each. */
function way(pair: Pair, wanted: boolean): { readonly moves: string[]; readonly states: Pair[] } {
  const moves: string[] = [];
  const states = [pair];
  let now = pair;
  for (let move = nextMove(now, wanted); move; move = nextMove(now, wanted)) {
    if (moves.length > 20) throw new Error(`no end: ${moves.join(", ")}`);
    moves.push(move.kind === "mode" ? `${move.at} ${move.mode}` : move.kind);
    now = after(now, move, `key ${moves.length}`);
    states.push(now);
  }
  return { moves, states };
}

const signed = host({ mode: "enforce", key: "k" });

test.each<[string, Pair, boolean, readonly string[]]>([
  [
    "a pair that does not sign",
    [host(), host()],
    true,
    ["key", "0 receive-only", "1 permissive", "0 enforce", "1 enforce"],
  ],
  ["a pair that signs", [signed, signed], true, []],
  [
    "a pair that signs, and shall not",
    [signed, signed],
    false,
    ["0 permissive", "1 receive-only", "0 none", "1 none"],
  ],
  [
    "one keepalived that cannot sign any more, and takes no part",
    [signed, host({ canSign: false, takesPart: false, mode: "enforce", key: "k" })],
    true,
    ["0 none", "1 none"],
  ],
  ["an older keepalived on one", [host(), host({ canSign: false })], true, []],
  ["a key that nobody uses", [host({ key: "k" }), host({ canSign: false })], true, ["forget"]],
  [
    "two keys",
    [host({ mode: "receive-only", key: "a" }), host({ key: "b" })],
    true,
    ["0 none", "key", "0 receive-only", "1 permissive", "0 enforce", "1 enforce"],
  ],
  [
    "a run that ended after the key",
    [host({ key: "k" }), host({ key: "k" })],
    true,
    ["0 receive-only", "1 permissive", "0 enforce", "1 enforce"],
  ],
  [
    "a run that ended half-way",
    [host({ mode: "receive-only", key: "k" }), host({ mode: "permissive", key: "k" })],
    true,
    ["0 enforce", "1 enforce"],
  ],
  ["a configuration that was changed by hand", [{ ...signed, exact: false }, signed], true, ["0 enforce"]],
  [
    "a clock behind what was signed: a new key",
    [{ ...signed, behind: true }, signed],
    true,
    [
      ...["0 permissive", "1 receive-only", "0 none", "1 none"],
      ...["key", "0 receive-only", "1 permissive", "0 enforce", "1 enforce"],
    ],
  ],
  [
    "two that are not started yet",
    [host({ takesPart: false }), host({ takesPart: false })],
    true,
    ["key", "0 enforce", "1 enforce"],
  ],
])("%s", (_, pair, wanted, moves) => {
  expect(way(pair, wanted).moves).toEqual(moves);
});

const anyHost = fc.record({
  canSign: fc.boolean(),
  takesPart: fc.boolean(),
  mode: fc.constantFrom(...signingModes),
  exact: fc.boolean(),
  key: fc.constantFrom(null, "a", "b"),
  behind: fc.boolean(),
});
const hear = ([one, other]: Pair) =>
  !one.takesPart || !other.takesPart || hearEachOther(one.mode, other.mode);

test("from anywhere there is an end, and two that hear each other do so after every move", () => {
  fc.assert(
    fc.property(anyHost, anyHost, fc.boolean(), (one, other, wanted) => {
      const { states } = way([one, other], wanted);
      const first = states.findIndex(hear);
      expect(states.slice(first).every(hear)).toBe(true);
      const end = states.at(-1) ?? [one, other];
      const all = wanted && one.canSign && other.canSign;
      expect(end.map(({ mode }) => mode)).toEqual(all ? ["enforce", "enforce"] : ["none", "none"]);
      expect(end.every(({ key }) => (key !== null) === all)).toBe(true);
      if (all) expect(end[0].key).toBe(end[1].key);
    }),
    { numRuns: 500 },
  );
});

test("who accepts what: two hear each other exactly where each takes what the other one sends", () => {
  const sends = (mode: SigningMode) => (mode === "permissive" || mode === "enforce" ? "signed" : "unsigned");
  const takes: Record<SigningMode, readonly string[]> = {
    none: ["unsigned"],
    "receive-only": ["signed", "unsigned"],
    permissive: ["signed", "unsigned"],
    enforce: ["signed"],
  };
  for (const one of signingModes) {
    for (const other of signingModes) {
      const both = takes[one].includes(sends(other)) && takes[other].includes(sends(one));
      expect(hearEachOther(one, other), `${one} ${other}`).toBe(both);
    }
  }
});

test("a host is started so that the one that runs hears it; that one goes down for a newcomer without a key", () => {
  const at = (mode: SigningMode, takesPart = true) => ({ takesPart, mode });
  expect(startingModes("none", at("enforce"))).toEqual({ start: "none", lowered: "receive-only" });
  expect(startingModes("none", at("receive-only"))).toEqual({ start: "none", lowered: "receive-only" });
  expect(startingModes("enforce", at("enforce"))).toEqual({ start: "enforce", lowered: "enforce" });
  expect(startingModes("enforce", at("none"))).toEqual({ start: "receive-only", lowered: "none" });
  expect(startingModes("none", at("enforce", false))).toEqual({ start: "none", lowered: "enforce" });
  for (const wish of signingModes) {
    for (const mode of signingModes) {
      const { start, lowered } = startingModes(wish, at(mode));
      expect(hearEachOther(start, lowered)).toBe(true);
    }
  }
});

describe("the version", () => {
  const built = "Config options:  LVS VRRP VRRP_AUTH VRRP_VMAC OLD_CHKSUM_COMPAT";
  test.each<[string, readonly string[], ReturnType<typeof parseVersion>]>([
    ["Debian 12", ["Keepalived v2.2.7 (01/16,2022)", built], { version: "2.2.7", signs: false }],
    ["2.4.3", ["Keepalived v2.4.3 (07/20,2026)", built], { version: "2.4.3", signs: true }],
    ["2.4.0", ["Keepalived v2.4.0 (05/01,2026)", built], { version: "2.4.0", signs: true }],
    ["2.10", ["Keepalived v2.10.0 (05/01,2027)", built], { version: "2.10.0", signs: true }],
    ["3.0", ["Keepalived v3.0.0 (05/01,2028)", built], { version: "3.0.0", signs: true }],
    ["1.9", ["Keepalived v1.9.0 (05/01,2016)", built], { version: "1.9.0", signs: false }],
    [
      "no authentication",
      ["Keepalived v2.4.3 (x)", "Config options:  VRRP"],
      { version: "2.4.3", signs: false },
    ],
    [
      "another option",
      ["Keepalived v2.4.3 (x)", "Config options: VRRP_AUTHX"],
      { version: "2.4.3", signs: false },
    ],
    ["nothing", [], undefined],
    ["an error", ["keepalived: error while loading shared libraries: libmagic.so.1"], undefined],
    ["four numbers", ["Keepalived v2.4.3.1 (x)", built], undefined],
    ["huge numbers", ["Keepalived v2.99999999999999999999.1 (x)", built], undefined],
    ["something before it", ["x Keepalived v2.4.3 (x)", built], undefined],
  ])("of %s", (_, lines, version) => {
    expect(parseVersion(lines)).toEqual(version);
  });
});

test("the configuration names the key's file, and needs no clocks that agree", () => {
  expect(signingConf("enforce")).toMatchInlineSnapshot(`
    "# Wayout: adverts of the pair are signed. Included by keepalived.conf, by way of /run/wayout-pair/signing.conf.
    auth_hmac {
    	key 1 file:/etc/wayout/pair/key
    	active_key 1
    	anti_replay monotonic
    	mode enforce
    }
    "
  `);
  for (const mode of signingModes) if (mode !== "none") expect(modeOf(signingConf(mode))).toBe(mode);
  expect(modeOf("")).toBe("none");
  expect(modeOf("auth_hmac {\n\tkey 1 file:/x\n}\n")).toBe("enforce");
});

/** Runs a script with the paths of a host in a folder of this test's own. */
function onHost(work: (run: (script: string) => string) => void): void {
  const root = mkdtempSync(join(tmpdir(), "wayout-signing-"));
  try {
    work((script) => {
      const here = script.replaceAll(/\/(etc|run)\//g, `${root}/$1/`);
      const setUp = `mkdir -p ${root}/etc/wayout ${root}/run; `;
      const { status, stdout, stderr } = spawnSync("sh", ["-s"], { input: setUp + here, encoding: "utf8" });
      expect([status, stderr]).toEqual([0, ""]);
      return stdout.replaceAll(root, "");
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

test("a key is stored for root alone, in the form that keepalived reads, and goes with the signatures", () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, at) => at * 7));
  onHost((run) => {
    run(keyScript(key));
    run(modeScript("enforce", false));
    expect(run(`stat -c '%a' ${signingPaths.key} ${pairPaths.signing}`)).toBe("600\n644\n");
    expect(run(`cat ${signingPaths.key}`)).toBe(`hex:${key.toString("hex")}\n`);
    expect(run(`cat ${pairPaths.signing}`)).toBe(signingConf("enforce"));
    run(modeScript("none", false));
    expect(run(`ls /etc/wayout/pair`)).toBe("");
    run(keyScript(key));
    run(forgetScript);
    expect(run(`ls /etc/wayout/pair`)).toBe("");
  });
});

test("no command line has the key: only the shell's own words and a here-document do", () => {
  const key = Buffer.alloc(32, 0xab);
  const lines = keyScript(key).split("\n");
  const at = lines.findIndex((line) => line.includes(key.toString("hex")));
  expect(lines[at]).toBe(`hex:${key.toString("hex")}`);
  expect(lines[at - 1]).toMatch(/^cat > \S+ <<'/);
  expect(lines.filter((line) => line.includes(key.toString("hex")))).toHaveLength(1);
});

test.each(["sh", "dash", "bash"])("%s tells a clock that is behind by the time of a file", (shell) => {
  if (spawnSync(shell, ["-c", ":"]).status !== 0) return;
  const folder = mkdtempSync(join(tmpdir(), "wayout-clock-"));
  try {
    const newer = () =>
      spawnSync(shell, ["-c", "true > now; [ now -nt signed ]"], { cwd: folder }).status === 0;
    writeFileSync(join(folder, "signed"), "");
    spawnSync("touch", ["-d", "@4000000000", "signed"], { cwd: folder });
    expect(newer()).toBe(false);
    spawnSync("touch", ["-d", "@1000000000", "signed"], { cwd: folder });
    expect(newer()).toBe(true);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
