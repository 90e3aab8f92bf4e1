/** A journal that somebody changed: nothing of it reaches a host or the cloud, whatever it says and however it is sealed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { toAccept } from "../../src/engine/accepted-records.ts";
import type { Context } from "../../src/engine/context.ts";
import type { Journal } from "../../src/engine/journal/journal.ts";
import { keyAt } from "../../src/engine/journal/seal-key.ts";
import { openSqliteJournal } from "../../src/engine/journal/sqlite-journal.ts";
import { takeBack } from "../../src/engine/take-back.ts";
import type { HostAddress } from "../../src/host/host.ts";
import { Problem } from "../../src/report/problem.ts";
import { factsOf } from "../../src/steps/testing/still-host.ts";
import { worldThat } from "../../src/steps/testing/writing-cloud.ts";
import type { World } from "../../src/steps/world.ts";
import { type Field, records } from "./journal-records.ts";

const context: Context = {
  report: () => undefined,
  signal: new AbortController().signal,
  now: () => new Date(),
  probes: { ping: [], tcp: "", http: "", https: "", udp: "", dns: "", large: "" },
  adopt: false,
};

let folder: string;
let journal: Journal;
/** What hosts and the cloud were given. */
let written: string[];
let logins: HostAddress[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wayout-hostile-"));
  journal = open();
  written = [];
  logins = [];
  const run = journal.begin({ operation: "apply", cloud: "otc", gateways: ["egress"] });
  for (const { after, ...entry } of records) run.done(run.started(entry), after);
  run.finish("done");
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function open(key = "key"): Journal {
  return openSqliteJournal(
    join(folder, ".wayout"),
    "/a/wayout.yaml",
    () => new Date(),
    keyAt(join(folder, key)),
  );
}

function sql(text: string, ...values: (string | number | null)[]): void {
  const database = new DatabaseSync(join(folder, ".wayout", "journal.db"));
  database.prepare(text).run(...values);
  database.close();
}

/** Sets one value in a column's JSON; `$.host.destination` is a path. */
function change({ kind, column, path }: Field, value: unknown): void {
  const set = `UPDATE entries SET ${column} = json_set(${column}, ?, json(?)) WHERE kind = ?`;
  sql(set, path, JSON.stringify(value), kind);
}

/** As if the attacker had the key, or the user had taken everything for right: only the forms are left. */
function sealAgain(): void {
  journal.accept(journal.standing());
}

function world(): World {
  const write = (name: string) => async () => {
    written.push(name);
    throw new Problem({ code: "cloud/conflict", summary: "the test's cloud changes nothing" });
  };
  const cloud = worldThat(
    {
      changeRoute: write("changeRoute"),
      deleteRoute: write("deleteRoute"),
      addRoute: write("addRoute"),
      deleteRouteTable: write("deleteRouteTable"),
      setNicSecurityGroups: write("setNicSecurityGroups"),
      deleteSecurityGroup: write("deleteSecurityGroup"),
      addSecurityGroupRule: write("addSecurityGroupRule"),
      deleteSecurityGroupRule: write("deleteSecurityGroupRule"),
      setAddressPairs: write("setAddressPairs"),
      setNicProtection: write("setNicProtection"),
      releasePublicIp: write("releasePublicIp"),
      movePublicIp: write("movePublicIp"),
      unbindPublicIp: write("unbindPublicIp"),
      deleteVirtualIp: write("deleteVirtualIp"),
    },
    {
      servers: [
        {
          id: "server-1",
          name: "ecs-proxy",
          status: "ACTIVE",
          vpcId: "vpc-1",
          addresses: [],
          securityGroupIds: [],
        },
      ],
      nics: [
        {
          ...{ id: "nic-1", name: "", serverId: "server-1", subnetId: "net-1", ip: "192.168.125.4" },
          ...{ mac: "fa:16:3e:00:00:03", owner: "compute:x", securityGroupIds: ["sg-9"], addressPairs: [] },
        },
      ],
      publicIps: [{ id: "eip-1", address: "203.0.113.10", name: "", nicId: "nic-1" }],
    },
  ).cloud;
  const facts = factsOf("sysv-applied");
  return {
    cloud,
    host(address) {
      logins.push(address);
      const record = async (script: string) => {
        written.push(script);
        return { exitCode: 0, stdout: "", stderr: "" };
      };
      return {
        address,
        facts: async () => facts,
        read: async () => ({ exitCode: 0, stdout: "", stderr: "" }),
        write: record,
        writeFresh: record,
      };
    },
  };
}

const gently = { force: false, skipHosts: false };

async function undone(options = gently): Promise<string> {
  try {
    const { outcome, problems } = await takeBack(
      journal.standing(),
      "otc",
      world(),
      journal,
      context,
      options,
    );
    return problems[0]?.code ?? outcome;
  } catch (problem) {
    if (problem instanceof Problem) return problem.code;
    throw problem;
  }
}

const nat = "host/source-nat";
const forwarding = "host/ip-forwarding";
const file = { path: "/etc/cron.d/x", mode: "644", content: "* * * * * root touch /tmp/x\n" };
const rule = {
  rule: "-A POSTROUTING -j MASQUERADE",
  position: 1,
  backend: "iptables-legacy",
  source: "0.0.0.0/0",
};
const forbidden: readonly (readonly [string, Field, unknown])[] = [
  ["a file of cron", { kind: nat, column: "before", path: "$.have.files[#]" }, file],
  [
    "root's authorized_keys",
    { kind: nat, column: "before", path: "$.have.handMadeFiles[#]" },
    { ...file, path: "/root/.ssh/authorized_keys" },
  ],
  [
    "a way out of Wayout's folder",
    { kind: nat, column: "before", path: "$.have.files[#]" },
    { ...file, path: "/etc/wayout/../passwd" },
  ],
  [
    "another step's file",
    { kind: nat, column: "before", path: "$.have.files[#]" },
    { ...file, path: "/etc/wayout/pair/agent" },
  ],
  [
    "a setuid program",
    { kind: nat, column: "before", path: "$.have.files[#]" },
    { ...file, path: "/etc/wayout/load", mode: "4755" },
  ],
  [
    "a script that others may write",
    { kind: nat, column: "before", path: "$.have.files[#]" },
    { ...file, path: "/etc/wayout/load", mode: "777" },
  ],
  [
    "a mode with a command",
    { kind: nat, column: "before", path: "$.have.handMadeFiles[#]" },
    { ...file, path: "/etc/rc.local", mode: "755 /etc/rc.local; touch /tmp/x" },
  ],
  [
    "a rule with a command",
    { kind: nat, column: "before", path: "$.have.handMadeRules[#]" },
    { ...rule, rule: `${rule.rule}; touch /tmp/x` },
  ],
  [
    "a position with a command",
    { kind: nat, column: "before", path: "$.have.handMadeRules[#]" },
    { ...rule, position: "1; touch /tmp/x" },
  ],
  [
    "a tool of iptables that is none",
    { kind: nat, column: "before", path: "$.have.handMadeRules[#]" },
    { ...rule, backend: "sh" },
  ],
  [
    "another kernel parameter",
    { kind: nat, column: "before", path: "$.have.sysctl" },
    { "kernel.core_pattern": "1" },
  ],
  [
    "a kernel parameter's value with a command",
    { kind: forwarding, column: "before", path: "$.have.withIt" },
    { "net.ipv4.conf.all.accept_redirects": "|/tmp/x" },
  ],
  [
    "a value of ip_forward that is none",
    { kind: forwarding, column: "before", path: "$.have.now" },
    "1; touch /tmp/x",
  ],
  ["a device with a command", { kind: nat, column: "before", path: "$.have.egress.device" }, "eth0;x"],
  [
    "an option of ssh as the host",
    { kind: nat, column: "want", path: "$.host.destination" },
    "-oProxyCommand=touch /tmp/x",
  ],
  [
    "an option of ssh as the jump host",
    { kind: nat, column: "want", path: "$.host.jump" },
    "-oProxyCommand=touch /tmp/x",
  ],
  [
    "an option of ssh behind a jump host",
    { kind: nat, column: "want", path: "$.host.otherJumps" },
    ["a,-oProxyCommand=touch /tmp/x"],
  ],
  [
    "an option of ssh as the user",
    { kind: nat, column: "want", path: "$.host.user" },
    "-oProxyCommand=touch /tmp/x",
  ],
  ["a URL as the host", { kind: nat, column: "want", path: "$.host.destination" }, "ssh://attacker.example"],
  ["a port that is none", { kind: nat, column: "want", path: "$.host.port" }, 0],
  ["an id that is a path", { kind: "cloud/default-route", column: "want", path: "$.tableId" }, "../x"],
  [
    "a next hop that is a path",
    { kind: "cloud/default-route", column: "before", path: "$.have.nextHop" },
    "a/b?c",
  ],
  [
    "a destination that is none",
    { kind: "cloud/default-route", column: "want", path: "$.destination" },
    "all",
  ],
  [
    "another table than the gateway's",
    { kind: "cloud/own-route-table", column: "want", path: "$.tableName" },
    "rtb-prod",
  ],
  [
    "another group than the gateway's",
    { kind: "cloud/security-group", column: "want", path: "$.groupName" },
    "default",
  ],
  [
    "a group's id that is a path",
    { kind: "cloud/security-group", column: "before", path: "$.have.onNic[0].id" },
    "../x",
  ],
  [
    "another virtual IP than the pair's",
    { kind: "pair/virtual-ip", column: "want", path: "$.name" },
    "vip-prod",
  ],
  ["a gateway that is none", { kind: "cloud/allocated-public-ip", column: "want", path: "$.gateway" }, "a*"],
  [
    "an option in the list of packages",
    { kind: "pair/packages", column: "before", path: "$.have.installed" },
    "-oDpkg::Pre-Invoke=x\n",
  ],
  [
    "a command in the list of packages",
    { kind: "pair/packages", column: "before", path: "$.have.installed" },
    "a; touch /tmp/x\n",
  ],
  [
    "an address pair that is none",
    { kind: "cloud/source-destination-check", column: "before", path: "$.have.pairs" },
    [{ ip_address: "x" }],
  ],
  ["a state that is none of the step's", { kind: nat, column: "after", path: "$.have" }, {}],
];

describe("nothing is written to any host or object where a record", () => {
  test.each(forbidden)("has %s, though the seal is right", async (_, field, value) => {
    change(field, value);
    sealAgain();
    expect(journal.standing().every(({ doubt }) => doubt === undefined)).toBe(true);
    expect(await undone()).toBe("journal/unreadable");
    expect(written).toEqual([]);
    expect(logins).toEqual([]);
    // By force neither: the rest, as far as it does not stand on it, and never this.
    await undone({ force: true, skipHosts: false });
    expect(written.join("\n")).not.toMatch(/touch|cron|authorized|4755|attacker|core_pattern|rtb-prod/);
    expect(logins.filter(({ destination }) => destination !== "203.0.113.10")).toEqual([]);
    expect(() => toAccept(journal.standing())).toThrow(
      expect.objectContaining({ code: "journal/unreadable" }),
    );
  });

  test("is of a kind that no version knows", async () => {
    sql("UPDATE entries SET kind = 'host/anything' WHERE kind = ?", nat);
    sealAgain();
    expect(await undone()).toBe("journal/unknown-step");
    expect(written).toEqual([]);
  });

  test.each<[string, Field, unknown]>([
    [
      "another next hop",
      { kind: "cloud/default-route", column: "before", path: "$.have.nextHop" },
      "server-9",
    ],
    [
      "another script of Wayout's",
      { kind: nat, column: "before", path: "$.have.files[#]" },
      { ...file, path: "/etc/wayout/load" },
    ],
    [
      "another rc.local",
      { kind: nat, column: "before", path: "$.have.handMadeFiles[0].content" },
      "touch /tmp/x\n",
    ],
    ["another server", { kind: nat, column: "want", path: "$.host.serverId" }, "server-2"],
    ["another user", { kind: nat, column: "want", path: "$.host.user" }, "mallory"],
    ["another EIP", { kind: "cloud/public-ip", column: "want", path: "$.eip" }, "eip-9"],
  ])("was changed to %s, though every value has its form", async (_, field, value) => {
    change(field, value);
    expect(await undone()).toBe("journal/changed");
    expect(written).toEqual([]);
    await undone({ force: true, skipHosts: false });
    expect(written.join("\n")).not.toContain("touch");
  });

  test.each([
    ["its seal is gone", "DELETE FROM seals WHERE seq = 1", "journal/unsealed"],
    [
      "it has the seal of another record",
      "UPDATE seals SET seal = (SELECT seal FROM seals WHERE seq = 2) WHERE seq = 1",
      "journal/changed",
    ],
    ["it has a seal that is none", "UPDATE seals SET seal = 'x' WHERE seq = 1", "journal/unsealed"],
    [
      "it stands again after it was undone",
      "UPDATE entries SET state = 'undoing' WHERE seq = 1",
      "journal/changed",
    ],
    [
      "it is said to belong to another step",
      "UPDATE entries SET step_id = 'x' WHERE seq = 1",
      "journal/changed",
    ],
  ])("is not as it was written: %s", async (_, text, code) => {
    sql(text);
    expect(await undone()).toBe(code);
    expect(written).toEqual([]);
  });

  test("is no JSON, or has no state that there is", async () => {
    sql("UPDATE entries SET want = '{' WHERE seq = 1");
    expect(await undone()).toBe("journal/unreadable");
    sql("UPDATE entries SET want = '{}', state = 'x' WHERE seq = 1");
    expect(await undone()).toBe("journal/unreadable");
    expect(written).toEqual([]);
  });
});

describe("a login", () => {
  const destination: Field = { kind: nat, column: "want", path: "$.host.destination" };

  test.each<[string, Field, unknown]>([
    ["to a name that is not in wayout.yaml", destination, "attacker.example"],
    ["to an address that the server does not have", destination, "198.51.100.66"],
    [
      "by a jump host that is not in wayout.yaml",
      { ...destination, path: "$.host.jump" },
      "attacker.example",
    ],
  ])("%s is not made, though the record is sealed", async (_, field, value) => {
    change(field, value);
    if (field === destination) change({ ...destination, path: "$.host.byEip" }, false);
    sealAgain();
    expect(await undone()).toBe("host/unknown-way");
    expect(written).toEqual([]);
    await undone({ force: true, skipHosts: false });
    expect(logins.map((one) => `${one.destination} ${one.jump ?? ""}`).join()).not.toMatch(
      /attacker|198\.51/,
    );
  });

  test("to an address that is said to be an EIP and is none of the account's goes to the server's own", async () => {
    change(destination, "198.51.100.66");
    sealAgain();
    await undone();
    expect(new Set(logins.map((one) => one.destination))).toEqual(new Set(["203.0.113.10"]));
  });
});

describe("a journal of the user's own", () => {
  test("is acted on", async () => {
    await undone();
    expect(written.length).toBeGreaterThan(0);
  });

  test("that was moved here without its key is refused, shown, and used once it is accepted", async () => {
    journal.close();
    journal = open("another key");
    expect(await undone()).toBe("journal/unsealed");
    expect(written).toEqual([]);
    // A run of this user's gives it a key.
    journal.begin({ operation: "undo", cloud: "otc", gateways: ["other"] }).finish("done");
    expect(await undone()).toBe("journal/unsealed");
    const shown = toAccept(journal.standing());
    expect(shown.find(({ stepId }) => stepId.includes(nat))).toMatchObject({
      doubt: "unsealed",
      login: { destination: "203.0.113.10" },
      files: [{ path: "/etc/rc.local" }],
    });
    journal.accept(journal.standing());
    expect(toAccept(journal.standing())).toEqual([]);
    await undone();
    expect(written.length).toBeGreaterThan(0);
  });

  test("is not accepted where it changes while it is shown", () => {
    journal.close();
    journal = open("another key");
    const shown = journal.standing();
    sql("UPDATE entries SET title = 'another' WHERE seq = 2");
    expect(() => journal.accept(shown)).toThrow(expect.objectContaining({ code: "journal/changed" }));
    expect(journal.standing().filter(({ doubt }) => doubt === undefined)).toEqual([]);
  });

  test("keeps its doubt where a run changes a record that others have changed", () => {
    const run = journal.begin({ operation: "undo", cloud: "otc", gateways: ["egress"] });
    sql("UPDATE entries SET title = 'another' WHERE seq = 1");
    run.undoing([1, 2]);
    expect(
      journal
        .standing()
        .map(({ doubt }) => doubt)
        .slice(0, 2),
    ).toEqual(["changed", undefined]);
  });

  test("is refused where its database does something by itself", () => {
    sql("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM entries; END");
    expect(() => open()).toThrow(expect.objectContaining({ code: "journal/unusable" }));
  });
});
