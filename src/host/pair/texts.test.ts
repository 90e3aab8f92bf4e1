/** What one member of a pair gets: the texts as they go to the host. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conntrackdConf, syncPort } from "./conntrackd-conf.ts";
import { guardScript } from "./guard.ts";
import { handOverScript } from "./hand-over.ts";
import { isToken, keepalivedConf, routerId } from "./keepalived-conf.ts";
import type { Member } from "./member.ts";
import { reportScript } from "./report.ts";
import { pairScripts, sampleScript } from "./scripts.ts";
import { settings } from "./settings.ts";
import { pairUnit, syncUnit } from "./units.ts";

const member: Member = {
  gateway: "egress",
  device: "ens3",
  outsideDevice: "ens3",
  address: "192.168.125.11",
  peer: "192.168.125.12",
  peerMac: "fa:16:3e:00:00:0c",
  inner: "192.168.125.251",
  outer: "192.168.125.250",
  ownEip: true,
  targets: ["1.1.1.1", "www.example.com"],
};
const other: Member = { ...member, address: member.peer, peer: member.address };
const shells = ["sh", "dash", "bash"].filter((shell) => spawnSync(shell, ["-c", ":"]).status === 0);

/** The lines of a block, without what surrounds them. */
function block(text: string, name: string): readonly string[] {
  const lines = text.split("\n").map((line) => line.trim());
  const begin = lines.indexOf(`${name} {`);
  return lines.slice(begin + 1, lines.indexOf("}", begin));
}

test("keepalived elects, from address to address, and sets no address that means anything", () => {
  expect(keepalivedConf(member)).toMatchInlineSnapshot(`
    "# Wayout: elects the active proxy of gateway egress. Run by wayout-pair.service.
    global_defs {
    	vrrp_version 3
    	vrrp_check_unicast_src
    	vrrp_notify_fifo /run/wayout-pair/elected
    }
    track_file score {
    	file /run/wayout-pair/score
    	weight 1
    }
    vrrp_instance wayout {
    	state BACKUP
    	interface ens3
    	virtual_router_id 163
    	priority 200
    	advert_int 0.05
    	lower_prio_no_advert
    	unicast_src_ip 192.168.125.11
    	unicast_peer {
    		192.168.125.12 min_ttl 255 max_ttl 255
    	}
    	virtual_ipaddress {
    		127.112.0.163/32 dev lo
    	}
    	track_file {
    		score
    	}
    	include /run/wayout-pair/signing.conf
    }
    "
  `);
});

describe("between two networks", () => {
  const between: Member = {
    ...member,
    outsideDevice: "ens4",
    outside: { address: "10.0.0.11", peer: "10.0.0.12" },
  };

  test("the proxies elect in both, and who loses one election loses the other", () => {
    const conf = keepalivedConf(between);
    expect(block(conf, "group")).toEqual(["inside", "outside"]);
    expect(conf).toContain("sync_group_tracking_weight");
    const lineOf = (name: string, word: string) =>
      block(conf.slice(conf.indexOf(`vrrp_instance ${name} {`)), `vrrp_instance ${name}`).find((line) =>
        line.startsWith(word),
      );
    expect(lineOf("inside", "interface")).toBe("interface ens3");
    expect(lineOf("outside", "interface")).toBe("interface ens4");
    expect(lineOf("outside", "unicast_src_ip")).toBe("unicast_src_ip 10.0.0.11");
    expect(lineOf("inside", "priority")).toBe(lineOf("outside", "priority"));
    const tokens = conf.match(/\S+\/32 dev lo/g) ?? [];
    expect(new Set(tokens).size).toBe(2);
  });

  test("connections of the hosts' own are told of neither network", () => {
    expect(conntrackdConf(between)).toMatch(
      /Ignore \{\s+IPv4_address 127\S+\s+IPv4_address 192\.168\.125\.11\s+IPv4_address 192\.168\.125\.12\s+IPv4_address 10\.0\.0\.11\s+IPv4_address 10\.0\.0\.12\s+\}/,
    );
  });

  test("the scripts know the NIC of each address", () => {
    expect(settings(between)).toContain("device=ens3\noutside=ens4\n");
  });
});

test("neither proxy is preferred: both have the same priority, and begin as standby", () => {
  const line = (text: string, word: string) => text.split("\n").find((one) => one.trim().startsWith(word));
  for (const word of ["priority", "state", "virtual_router_id", "advert_int"]) {
    expect(line(keepalivedConf(other), word)).toBe(line(keepalivedConf(member), word));
  }
  expect(block(keepalivedConf(other), "unicast_peer")).toEqual(["192.168.125.11 min_ttl 255 max_ttl 255"]);
  expect(keepalivedConf(member)).not.toMatch(/nopreempt|MASTER/);
});

test("keepalived's address is known as one that means nothing, whatever the gateway is called", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/), (gateway) => {
      const id = routerId(gateway);
      expect(id).toBeGreaterThanOrEqual(1);
      expect(id).toBeLessThanOrEqual(255);
      const [given = ""] = block(keepalivedConf({ ...member, gateway }), "virtual_ipaddress");
      expect(isToken(given.split("/")[0] ?? "")).toBe(true);
    }),
  );
  for (const address of ["127.0.0.1", "192.168.125.251", "127.113.0.1", "10.127.112.0"]) {
    expect(isToken(address)).toBe(false);
  }
});

test("conntrackd tells the other one of all connections but the two hosts' own", () => {
  expect(conntrackdConf(member)).toMatchInlineSnapshot(`
    "# Wayout: tells the other proxy of the pair about open connections. Run by wayout-sync.service.
    Sync {
    	Mode FTFW {
    		ResendQueueSize 131072
    		ACKWindowSize 300
    		StartupResync on
    	}
    	UDP {
    		IPv4_address 192.168.125.11
    		IPv4_Destination_Address 192.168.125.12
    		Port 3780
    		Interface ens3
    		SndSocketBuffer 4194304
    		RcvSocketBuffer 4194304
    		Checksum on
    	}
    }
    General {
    	HashSize 65536
    	HashLimit 524288
    	LogFile off
    	Syslog on
    	LockFile /run/wayout-sync/conntrackd.lock
    	UNIX {
    		Path /run/wayout-sync/conntrackd.ctl
    	}
    	NetlinkBufferSize 4194304
    	NetlinkBufferSizeMaxGrowth 33554432
    	NetlinkOverrunResync on
    	Systemd on
    	Filter From Userspace {
    		Protocol Accept {
    			TCP
    			UDP
    			ICMP
    		}
    		Address Ignore {
    			IPv4_address 127.0.0.0/8
    			IPv4_address 192.168.125.11
    			IPv4_address 192.168.125.12
    		}
    	}
    }
    "
  `);
});

test("what one conntrackd sends to is where the other one listens", () => {
  const ends = (text: string) =>
    ["IPv4_address", "IPv4_Destination_Address", "Port"].map((word) =>
      block(text, "UDP")
        .find((line) => line.startsWith(`${word} `))
        ?.slice(word.length + 1),
    );
  const [from, to, port] = ends(conntrackdConf(member));
  expect(ends(conntrackdConf(other))).toEqual([to, from, port]);
  expect(port).toBe(String(syncPort));
});

test("the scripts are told who they are", () => {
  expect(settings(member)).toMatchInlineSnapshot(`
    "# Wayout: this proxy of the pair of gateway egress.
    device=ens3
    outside=ens3
    address=192.168.125.11
    peer=192.168.125.12
    inner=192.168.125.251
    outer=192.168.125.250
    own_eip=yes
    targets='1.1.1.1 www.example.com'
    "
  `);
  expect(settings({ ...member, ownEip: false, targets: [] })).toMatchInlineSnapshot(`
    "# Wayout: this proxy of the pair of gateway egress.
    device=ens3
    outside=ens3
    address=192.168.125.11
    peer=192.168.125.12
    inner=192.168.125.251
    outer=192.168.125.250
    own_eip=no
    targets=''
    "
  `);
});

test.each(shells)("%s reads out of the settings what was written into them, whatever it holds", (shell) => {
  const odd = fc
    .array(fc.constantFrom("eth0", " ", "'", '"', "$(id)", "`id`", "\\", ";", "&", "#", "*", "é"), {
      maxLength: 8,
    })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(odd, odd, fc.array(odd), fc.boolean(), (device, outsideDevice, targets, ownEip) => {
      const script = `${settings({ ...member, device, outsideDevice, targets, ownEip })}
printf '%s\\n' "$device" "$outside" "$address" "$peer" "$inner" "$outer" "$own_eip" "$targets"`;
      const { stdout, stderr } = spawnSync(shell, ["-s"], { input: script, encoding: "utf8" });
      expect(stderr).toBe("");
      expect(stdout.split("\n").slice(0, -1)).toEqual([
        device,
        outsideDevice,
        member.address,
        member.peer,
        member.inner,
        member.outer,
        ownEip ? "yes" : "no",
        targets.join(" "),
      ]);
    }),
    { numRuns: 30 },
  );
});

describe("the units", () => {
  const section = (unit: string, name: string): readonly string[] =>
    (unit.split(`[${name}]\n`)[1] ?? "").split("\n\n")[0]?.trim().split("\n") ?? [];

  test("of the connections: conntrackd is ended when it is stuck, and begun anew at once", () => {
    expect(section(syncUnit, "Service")).toEqual([
      "Type=notify",
      "RuntimeDirectory=wayout-sync",
      "RuntimeDirectoryMode=0700",
      "RuntimeDirectoryPreserve=restart",
      "ExecStartPre=/bin/rm -f /run/wayout-sync/conntrackd.lock /run/wayout-sync/conntrackd.ctl",
      "ExecStartPre=/bin/sh /etc/wayout/pair/guard on",
      "ExecStart=/usr/sbin/conntrackd -C /etc/wayout/pair/conntrackd.conf",
      "# The guard stays as long as the election runs.",
      "ExecStopPost=/bin/sh -c 'systemctl -q is-active wayout-pair || sh /etc/wayout/pair/guard off'",
      "WatchdogSec=3",
      "WatchdogSignal=SIGKILL",
      "Restart=always",
      "RestartSec=0.2",
    ]);
  });

  test("of the role: the agent runs it, and whatever ends it, the role is given away", () => {
    expect(section(pairUnit, "Service")).toEqual([
      "RuntimeDirectory=wayout-pair",
      "RuntimeDirectoryMode=0700",
      "RuntimeDirectoryPreserve=restart",
      "# A promotion waits for nobody.",
      "Nice=-10",
      "ExecStartPre=/bin/sh /etc/wayout/pair/guard on",
      "ExecStart=/bin/sh /etc/wayout/pair/agent",
      `ExecReload=/bin/sh -c 'echo "INSTANCE wayout RELOAD 0" > /run/wayout-pair/elected'`,
      "ExecStopPost=/bin/sh /etc/wayout/pair/role off",
      "TimeoutStopSec=5",
      "Restart=always",
      "RestartSec=0.2",
    ]);
  });

  test("the role comes after the connections and the rules, and both are started at boot", () => {
    expect(section(pairUnit, "Unit")).toContain("After=wayout-sync.service wayout.service network.target");
    expect(section(pairUnit, "Unit")).toContain("Wants=wayout-sync.service");
    for (const unit of [syncUnit, pairUnit]) {
      expect(section(unit, "Install")).toEqual(["WantedBy=multi-user.target"]);
      // However often it fails, it is tried again.
      expect(section(unit, "Unit")).toContain("StartLimitIntervalSec=0");
    }
  });
});

test.each(shells)("%s reads every script of the pair to its end", (shell) => {
  const { takeOver: _, ...scripts } = pairScripts;
  const guard = guardScript(member);
  for (const [name, script] of Object.entries({
    ...scripts,
    guard,
    report: reportScript(1),
    handOverScript,
  })) {
    const { status, stderr } = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
    expect([name, status, stderr]).toEqual([name, 0, ""]);
  }
});

test.each([
  ["goes through what was taken over", pairScripts.takeOver],
  ["samples connections", sampleScript],
])("perl reads the one that %s", (_, input) => {
  const { status, stderr } = spawnSync("perl", ["-c", "-"], { input, encoding: "utf8" });
  expect([status, stderr]).toEqual([0, "- syntax OK\n"]);
});
