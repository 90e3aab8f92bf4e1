/** Firewalls on the proxy that would drop what it is to forward: named before any change, and gone as named. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { breakFault, mendFault } from "../../src/lab/client/actions.ts";
import { sourceNat } from "../../src/steps/host/source-nat.ts";
import { HostBench, proxy } from "./host-bench.ts";

describe("on Debian with nftables", () => {
  let bench: HostBench;
  beforeAll(async () => {
    bench = await HostBench.up("manual", "host-rivals");
  });
  afterAll(() => bench.down());
  afterEach(async () => {
    await mendFault(bench.lab, undefined);
  });

  test.each(["ufw", "firewalld", "docker"])("%s is found with evidence and blocks the plan", async (name) => {
    await breakFault(bench.lab, ["firewall", proxy, name]);
    const decision = await bench.decide(sourceNat);
    expect(decision).toMatchObject({ action: "blocked", adoptable: false });
    expect(decision.because).toContain(`${name} on ${proxy} would drop`);
    await mendFault(bench.lab, undefined);
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
  });

  test("docker's block ends with the command of the hint, as it is printed", async () => {
    await breakFault(bench.lab, ["firewall", proxy, "docker"]);
    expect(await runHint(bench)).toContain("DOCKER-USER");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
  });

  test("a policy of DROP set by hand is a rival too, and its hint ends it", async () => {
    await bench.onProxy("iptables -P FORWARD DROP");
    expect(await runHint(bench)).toContain("iptables-nft -I FORWARD");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
    await bench.onProxy("iptables -P FORWARD ACCEPT; iptables -F FORWARD");
  });

  test("an own nft ruleset that drops what is forwarded is a rival, and its hint ends it", async () => {
    await bench.onProxy(`nft -f - <<'END'
table inet mine {
  set good { type ipv4_addr; flags interval; elements = { 10.0.0.0/8, 172.16.0.0/12 }; }
  chain more { tcp dport 22 accept; }
  chain through { type filter hook forward priority 0; policy drop; ip saddr @good accept; jump more; }
}
END`);
    const hint = await runHint(bench);
    expect(hint).toContain("nft insert rule inet mine through");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
    await bench.onProxy("nft delete table inet mine");
  });

  test("one rule that drops what a served subnet sends is named, and its hint ends it", async () => {
    await bench.onProxy(`nft -f - <<'END'
table ip mine {
  chain early { type filter hook forward priority -10; policy accept; tcp dport 25 drop; }
  chain late { type filter hook forward priority 10; policy accept; ip saddr 192.168.125.0/24 counter drop; }
}
END`);
    expect((await bench.decide(sourceNat)).because).toContain(
      "nft table ip mine, chain late: ip saddr 192.168.125.0/24 counter drop",
    );
    expect(await runHint(bench)).toContain("nft insert rule ip mine late");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
    await bench.onProxy("nft delete table ip mine");
  });

  test("a legacy table that drops is seen beside nftables", async () => {
    await bench.onProxy("iptables-legacy -A FORWARD -j REJECT");
    expect(await bench.decide(sourceNat)).toMatchObject({
      action: "blocked",
      because: expect.stringContaining("iptables-legacy: -A FORWARD -j REJECT"),
    });
    await bench.onProxy("iptables-legacy -F FORWARD");
  });

  test("a firewall that only drops somebody else's packets does not block", async () => {
    await bench.onProxy("iptables -A FORWARD -s 203.0.113.99 -j DROP; iptables -A FORWARD -i wg0 -j DROP");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
    await bench.onProxy("iptables -F FORWARD");
  });
});

async function runHint(bench: HostBench): Promise<string> {
  const decision = await bench.decide(sourceNat);
  if (decision.action !== "blocked") throw new Error(`not blocked: ${decision.because}`);
  const command = decision.hint.replace(/^.*? as root on \S+: /, "");
  await bench.onProxy(command);
  return command;
}

describe("on an old host with iptables", () => {
  let bench: HostBench;
  beforeAll(async () => {
    bench = await HostBench.up("manual-sysv", "host-rivals-sysv");
  });
  afterAll(() => bench.down());

  test("a drop in the same table does not matter: Wayout's chain is in front of it", async () => {
    await bench.onProxy("iptables -P FORWARD DROP; iptables -A FORWARD -j REJECT");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "create" });
    const before = await bench.apply(sourceNat);
    expect(await bench.onProxy("iptables -S FORWARD | sed -n 2p")).toBe("-A FORWARD -j WAYOUT-FORWARD");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "none" });
    await sourceNat.undo(bench.want, before, bench.world);
    expect(await bench.onProxy("iptables -S FORWARD")).toBe(
      "-P FORWARD DROP\n-A FORWARD -j REJECT --reject-with icmp-port-unreachable",
    );
  });
});
