/** What happens to a host when things do not go by the book: rules set by hand, rivals, lost logins, killed runs. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changeHost } from "../../src/host/armed.ts";
import { armScript } from "../../src/host/change.ts";
import { oneAtATime, ownUnits, stateFolder } from "../../src/host/own-paths.ts";
import { settledHost } from "../../src/host/settled.ts";
import { ipForwarding } from "../../src/steps/host/ip-forwarding.ts";
import { sourceNat } from "../../src/steps/host/source-nat.ts";
import type { SourceNatHave } from "../../src/steps/host/source-nat-schema.ts";
import { applyChange, haveFrom } from "../../src/steps/host/source-nat-state.ts";
import { HostBench } from "./host-bench.ts";

describe.each([
  { scenario: "manual", kind: "Debian with nftables and systemd" },
  { scenario: "manual-sysv", kind: "an old host with iptables and SysV init" },
])("on $kind", ({ scenario }) => {
  let bench: HostBench;
  let start: string;
  beforeAll(async () => {
    bench = await HostBench.up(scenario, `host-${scenario}`);
    start = await bench.state();
  });
  afterAll(() => bench.down());

  test("what somebody changes in the rules, the boot entry or the parameters is a change to be made again", async () => {
    const before = await bench.apply(sourceNat);
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "none" });
    const nft = scenario === "manual";
    const spoils: [string, RegExp][] = [
      [
        nft ? "nft delete table ip wayout" : "iptables -t nat -F WAYOUT-SNAT",
        /gone from the kernel|changed Wayout's rules/,
      ],
      [
        nft
          ? "nft add element ip wayout served '{ 10.9.0.0/16 }'"
          : "iptables -I WAYOUT-LEAVING -s 10.9.0.0/16 -j ACCEPT",
        /somebody changed Wayout's rules/,
      ],
      [
        nft ? "systemctl disable wayout.service" : "rm /etc/rc2.d/S*wayout /etc/rc[345].d/S*wayout",
        /not loaded at boot/,
      ],
      ["echo 1 > /proc/sys/net/ipv4/conf/eth0/send_redirects", /eth0.send_redirects is 1/],
      ["echo '# mine' >> /etc/wayout/load", /\/etc\/wayout\/load is not as it should be/],
      ["rm -r /etc/wayout", /rules\.(nft|iptables) is missing/],
    ];
    for (const [script, because] of spoils) {
      await bench.onProxy(script);
      expect(await bench.decide(sourceNat), script).toMatchObject({
        action: "change",
        because: expect.stringMatching(because),
      });
      await bench.apply(sourceNat);
      expect(await bench.decide(sourceNat), script).toMatchObject({ action: "none" });
    }
    await sourceNat.undo(bench.want, before, bench.world);
    expect(await bench.state()).toBe(start);
  });

  test("undo of an added subnet gives the older rules back", async () => {
    const first = await bench.apply(sourceNat);
    const one = await bench.state();
    const wider = { ...bench.want, served: ["192.168.125.0/24", "192.168.126.0/24"] };
    expect(await bench.decide(sourceNat, false, wider)).toMatchObject({
      action: "change",
      because: expect.stringContaining("other subnets"),
    });
    const second = await bench.apply(sourceNat, wider);
    expect(await bench.decide(sourceNat, false, wider)).toMatchObject({ action: "none" });
    await sourceNat.undo(wider, second, bench.world);
    expect(await bench.state()).toBe(one);
    await sourceNat.undo(bench.want, first, bench.world);
    expect(await bench.state()).toBe(start);
  });

  test("the manual's hand-made rules are found, adopted when asked for, and given back in their places", async () => {
    const bootFile = "/etc/rc.local";
    const old = await bench.onProxy(`cat ${bootFile} 2>/dev/null; :`);
    const rule = "iptables -t nat -A POSTROUTING -o eth0 -s 192.168.125.0/24 -j SNAT --to 192.168.125.4";
    await bench.onProxy(`
      iptables -t nat -A POSTROUTING -s 172.30.0.0/16 ! -o lo -j MASQUERADE
      ${rule}
      iptables -t nat -A POSTROUTING -d 10.77.0.0/16 -j RETURN
      printf '#!/bin/sh\\n# mine\\n${rule}\\ntouch /tmp/booted' > ${bootFile}; chmod 711 ${bootFile}
      mkdir -p /etc/iptables; printf '*nat\\n-A POSTROUTING -s 192.168.125.0/24 -o eth0 -j SNAT --to-source 192.168.125.4\\nCOMMIT\\n' > /etc/iptables/rules.v4
      # Makes a unit of rc.local, as the next boot would.
      if command -v systemctl >/dev/null; then systemctl daemon-reload; fi`);
    const byHand = await bench.state();
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "blocked", adoptable: true });
    expect(await bench.decide(sourceNat, true)).toMatchObject({ action: "adopt" });
    const before = await bench.apply(sourceNat);
    expect(before.is).toBe("foreign");
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "none" });
    expect(await bench.onProxy("iptables -t nat -S POSTROUTING")).not.toContain("SNAT --to-source");
    expect(await bench.onProxy(`cat ${bootFile}`)).toBe("#!/bin/sh\n# mine\ntouch /tmp/booted");
    await sourceNat.undo(bench.want, before, bench.world);
    expect(await bench.state()).toBe(byHand);
    await bench.onProxy(`
      iptables -t nat -F POSTROUTING; rm -r /etc/iptables
      ${old ? `printf '%s\\n' '${old.replaceAll("'", "'\\''")}' > ${bootFile}; chmod 755 ${bootFile}` : `rm ${bootFile}`}
      if command -v systemctl >/dev/null; then systemctl daemon-reload; fi`);
  });

  test("a change that locks every login out is taken back by the host itself", async () => {
    const facts = await bench.host.facts({ anew: true });
    const before = await bench.state();
    const change = applyChange(bench.want, haveFrom(bench.want, facts), facts, false);
    const shut =
      scenario === "manual"
        ? "table ip wayout { chain shut { type filter hook input priority 0; tcp dport 22 drop; }; }\n"
        : "iptables -N WAYOUT-INPUT; iptables -A WAYOUT-INPUT -p tcp --dport 22 -j DROP; iptables -I INPUT -j WAYOUT-INPUT\n";
    const files = change.files.map((file) =>
      file.path === change.load?.rules ? { ...file, content: file.content + shut } : file,
    );
    await expect(
      changeHost(bench.host, { ...change, files }, { token: "cutoff1", seconds: 6 }),
    ).rejects.toMatchObject({
      code: "host/change-taken-back",
      hint: expect.stringContaining("run it again"),
      retry: true,
    });
    expect(await bench.state()).toBe(before);
    expect((await bench.host.facts({ anew: true })).armed).toBe(false);
  });

  test("a run waits for what the host still does for the one before, which may be dead, and then reads it", async () => {
    const mark = "/tmp/made-by-the-one-before";
    const going = bench.host.writeFresh(`${stateFolder}\n${oneAtATime}\nsleep 3\ntouch ${mark}`);
    const isBusy = async () => (await bench.host.facts({ anew: true })).busy;
    await expect.poll(isBusy).toBe(true);
    await settledHost(bench.host, () => undefined).facts();
    expect(await bench.onProxy(`ls ${mark}; rm ${mark}`)).toBe(mark);
    expect(await isBusy()).toBe(false);
    await going;
  });

  test("a confirmation that loses its connection half-way is waited for, and holds", async () => {
    const facts = await bench.host.facts({ anew: true });
    const before = await bench.observe(sourceNat);
    const change = applyChange(bench.want, haveFrom(bench.want, facts), facts, false);
    // $PPID is the sshd of this connection.
    const enable = ["kill -9 $PPID; sleep 2", ...change.enable];
    await changeHost(bench.host, { ...change, enable }, { token: "halfway1", seconds: 20 });
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "none" });
    expect((await bench.host.facts({ anew: true })).armed).toBe(false);
    await sourceNat.undo(bench.want, before, bench.world);
  });

  test("a run killed before it confirmed is seen as what it will be, and the next run converges", async () => {
    const before = await bench.state();
    const facts = await bench.host.facts({ anew: true });
    const change = applyChange(bench.want, haveFrom(bench.want, facts), facts, false);
    await bench.host.write(armScript(change, "killed1", 600));
    const observed = await bench.observe(sourceNat);
    expect(observed).toMatchObject({ have: { armed: true, rules: null, entryEnabled: false } });
    const own = (have: SourceNatHave) => sourceNat.own?.(have, bench.want);
    const untouched = haveFrom(bench.want, facts);
    expect(own(observed.is === "absent" ? untouched : observed.have)).toEqual(own(untouched));
    expect(await bench.decide(sourceNat)).toMatchObject({
      because: expect.stringContaining("before it confirmed the change"),
    });
    await sourceNat.apply(bench.want, observed, bench.world);
    expect(await bench.decide(sourceNat)).toMatchObject({ action: "none" });
    await sourceNat.undo(bench.want, observed, bench.world);
    expect(await bench.state()).toBe(before);
    expect(await bench.onProxy("ps ax | grep -c '[s]leep 600'; :")).toBe("0");
  });

  test("unconfirmed forwarding reads as before with all that the kernel changed, until a run ends it at once", async () => {
    const state = await bench.state();
    const before = await bench.host.facts({ anew: true });
    const none = { take: [], give: [], files: [], remove: [], enable: [], disable: false };
    const on = { sysctl: { "net.ipv4.ip_forward": "1" }, touchedSysctl: [] };
    const change = { init: before.init, unit: ownUnits.forwarding, ...on, ...none };
    await bench.host.write(armScript(change, "killed2", 600));
    expect(await bench.host.facts({ anew: true })).toMatchObject({ armed: true, sysctl: before.sysctl });
    let ended = 0;
    const settled = settledHost(bench.host, () => ended++);
    expect(await settled.facts()).toMatchObject({ armed: false, sysctl: before.sysctl });
    expect(await settled.facts()).toMatchObject({ armed: false, sysctl: before.sysctl });
    expect(ended).toBe(1);
    expect(await bench.state()).toBe(state);
    expect(await bench.onProxy("ps ax | grep -c '[s]leep 600'; :")).toBe("0");
  });

  test("an unconfirmed change is gone after its time without anybody's doing", async () => {
    const before = await bench.state();
    const facts = await bench.host.facts({ anew: true });
    const change = applyChange(bench.want, haveFrom(bench.want, facts), facts, false);
    await bench.host.write(armScript(change, "alone1", 1));
    await expect.poll(() => bench.state(), { timeout: 15_000, interval: 100 }).toBe(before);
  });

  test("a change that fails on the way is taken back at once, and says which command failed", async () => {
    const before = await bench.state();
    const facts = await bench.host.facts({ anew: true });
    const change = applyChange(bench.want, haveFrom(bench.want, facts), facts, false);
    const broken = {
      ...change,
      files: change.files.map((file) =>
        file.path === change.load?.rules ? { ...file, content: "no such rules\n" } : file,
      ),
    };
    await expect(changeHost(bench.host, broken, { token: "broken1", seconds: 60 })).rejects.toMatchObject({
      code: "host/command-failed",
      summary: expect.stringContaining("run"),
    });
    expect(await bench.state()).toBe(before);
  });

  test.runIf(scenario === "manual")(
    "a full disk fails the change with a hint, and no part of a file is left on it",
    async () => {
      const state = await bench.state();
      const before = await ipForwarding.observe(bench.want, bench.world);
      const full =
        "mount -t tmpfs -o size=4k none /etc/sysctl.d && head -c 4096 /dev/zero > /etc/sysctl.d/full";
      await bench.onProxy(full);
      await expect(ipForwarding.apply(bench.want, before, bench.world)).rejects.toMatchObject({
        code: "host/command-failed",
        hint: expect.stringContaining("a disk is full"),
      });
      expect(await bench.onProxy("ls -A /etc/sysctl.d")).toBe("full");
      await bench.onProxy("umount /etc/sysctl.d");
      await ipForwarding.undo(bench.want, before, bench.world);
      expect(await bench.state()).toBe(state);
    },
  );

  test("a device with a dot in its name, as a VLAN has, is set and comes back like any other", async () => {
    await bench.onProxy("ip link add eth0.100 type veth peer name other100");
    await bench.onProxy("echo 1 > /proc/sys/net/ipv4/conf/eth0.100/forwarding");
    const state = await bench.state();
    await bench.host.facts({ anew: true });
    const before = await ipForwarding.observe(bench.want, bench.world);
    await ipForwarding.apply(bench.want, before, bench.world);
    await bench.onProxy("echo 0 > /proc/sys/net/ipv4/conf/eth0.100/forwarding");
    await ipForwarding.undo(bench.want, before, bench.world);
    expect(await bench.state()).toBe(state);
    await bench.onProxy("ip link del eth0.100");
  });

  test("forwarding that is on and lasts is left alone; what the kernel changes with it comes back", async () => {
    await bench.onProxy("echo 0 > /proc/sys/net/ipv4/conf/all/accept_redirects");
    const before = await bench.state();
    const observe = async () => {
      await bench.host.facts({ anew: true });
      return ipForwarding.observe(bench.want, bench.world);
    };
    const decide = async () => ipForwarding.decide(bench.want, await observe(), { adopt: false });
    const first = await observe();
    await ipForwarding.apply(bench.want, first, bench.world);
    expect(await decide()).toMatchObject({ action: "none" });
    await bench.onProxy("echo 0 > /proc/sys/net/ipv4/ip_forward");
    expect(await decide()).toMatchObject({
      because: expect.stringContaining("ip_forward is 0"),
    });
    await ipForwarding.apply(bench.want, await observe(), bench.world);
    await ipForwarding.undo(bench.want, first, bench.world);
    expect(await bench.state()).toBe(before);
    await bench.onProxy("echo 1 > /proc/sys/net/ipv4/conf/all/accept_redirects");
  });
});
