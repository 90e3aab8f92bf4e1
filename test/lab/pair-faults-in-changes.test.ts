/**
 * Something breaks in the middle of a change to a pair, or of its undo: a clear error with its place and a hint, nobody
 * locked out, no connection lost that the plan did not name, and the next run converges.
 *
 * WAYOUT_FAULTS=all adds those that are waited for: an API that hangs or fails, a dpkg that is locked, an sshd that stops.
 */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { inside, seenAs } from "./clients.ts";
import { faulty } from "./crash/faulty.ts";
import { keptDuring } from "./held-connections.ts";
import { eips, freeEip, threeProxies } from "./three-proxies.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = "test-pair-broken";
const { file, where, ask, state, up, down } = threeProxies(lab);
const allFaults = process.env.WAYOUT_FAULTS === "all";
const connections = 100;
const programs = "keepalived conntrackd conntrack iputils-arping";
let start: unknown;
let alone: unknown;

const apt = "DEBIAN_FRONTEND=noninteractive apt-get -qq -y";
/** As Debian starts what it installs, it is hindered. */
const install = (names: string) =>
  `systemctl --quiet mask --runtime keepalived conntrackd
apt-get -qq update && ${apt} --no-install-recommends install ${names} >/dev/null
systemctl --quiet unmask --runtime keepalived conntrackd`;
const remove = (names: string) => `${apt} purge ${names} >/dev/null`;
/** dpkg locks by fcntl. */
const lockDpkg = `perl -MFcntl -e '
  open my $file, ">>", "/var/lib/dpkg/lock-frontend";
  my $lock = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0);
  fcntl $file, F_SETLK, $lock or die;
  sleep 300' </dev/null >/dev/null 2>&1 & echo $! > /run/locked`;

async function on(server: string, script: string): Promise<void> {
  const { code, stderr } = await inside(lab, server, "sh", "-c", script);
  if (code !== 0) throw new Error(`${server}: ${script}\n${stderr}`);
}
const mend = () => must("lab", "mend", "--all", "--name", lab);
const askForOne = () => ask({ of: [1] });
const askForPair = () => ask({ of: [1, 2], publicIp: freeEip });

/** All connections that are open before the work are good after it, and there is a way out for new ones. */
async function losesNothing<T>(work: () => Promise<T>): Promise<T> {
  const done: T[] = [];
  const kept = await keptDuring(lab, "ecs-app-1", connections, async () => {
    done.push(await work());
    expect([eips[0], freeEip]).toContain(await seenAs(lab, "ecs-app-1"));
  });
  expect(kept).toBe(connections);
  const [result] = done;
  if (result === undefined) throw new Error("the work gave nothing");
  return result;
}

/** A run as the command makes it, with a fault that is there before: how it ended, and what the first problem says. */
async function applied() {
  const ended = await wayout("apply", "--yes", ...where);
  const [, at] = /^error: (.+?): /m.exec(ended.stderr) ?? [];
  const [, code] = /^ {2}code: (.+)$/m.exec(ended.stderr) ?? [];
  const [, hint] = /^ {2}hint: (.+)$/m.exec(ended.stderr) ?? [];
  return { code: ended.code, at, problem: code, hint, text: ended.stderr };
}

beforeAll(async () => {
  await up();
  // What a pair needs is there; pair-crash.test.ts has it installed and taken away.
  await Promise.all(["ecs-proxy-1", "ecs-proxy-2"].map((server) => on(server, install(programs))));
  start = await state();
  askForOne();
  await must("apply", "--yes", ...where);
  alone = await state();
});
afterEach(mend);
afterAll(down);

/** What is broken before the run, how that is mended, and what the run says. */
const brokenBefore = [
  {
    fault: "the package sources of the new proxy are gone",
    server: "ecs-proxy-2",
    break: `${remove("iputils-arping")}; mkdir /root/apt; mv /etc/apt/sources.list* /root/apt`,
    mend: `mv /root/apt/* /etc/apt; rmdir /root/apt; ${install("iputils-arping")}`,
    at: "pair/packages of ecs-proxy-2",
    problem: "host/command-failed",
    says: "iputils-arping",
  },
  {
    fault: "the disk of the new proxy is full",
    server: "ecs-proxy-2",
    break: "mkdir /etc/wayout; mount -t tmpfs -o size=4k tmpfs /etc/wayout; echo full > /etc/wayout/full",
    mend: "umount /etc/wayout; rmdir /etc/wayout",
    at: "pair/connection-sync of ecs-proxy-2",
    problem: "host/command-failed",
    says: "a disk is full",
  },
  {
    fault: "keepalived does not start on the proxy that carries the clients",
    server: "ecs-proxy-1",
    break: "mount --bind /bin/false /usr/sbin/keepalived",
    mend: "umount /usr/sbin/keepalived",
    at: "pair/role of ecs-proxy-1",
    problem: "pair/not-settled",
    says: "its keepalived ends as soon as it is started",
  },
  ...(allFaults
    ? [
        {
          fault: "dpkg of the new proxy is locked by somebody else",
          server: "ecs-proxy-2",
          break: `${remove("iputils-arping")}; ${lockDpkg}`,
          mend: `kill $(cat /run/locked); rm /run/locked; ${install("iputils-arping")}`,
          at: "pair/packages of ecs-proxy-2",
          problem: "host/command-failed",
          says: "lock",
        },
      ]
    : []),
];

test.each(brokenBefore)(
  "$fault: an error at $at, and all is as with one proxy",
  {
    timeout: 400_000,
  },
  async (one) => {
    askForPair();
    await on(one.server, one.break);
    const ended = await losesNothing(applied);
    await on(one.server, one.mend);
    expect(ended.text).toContain(one.says);
    expect(ended).toMatchObject({
      code: 1,
      at: one.at,
      problem: one.problem,
      hint: expect.any(String),
    });
    expect(await state()).toEqual(alone);
  },
);

test.each([
  ["before cloud movePublicIp", "firewall ecs-proxy-2 ufw", "apply/not-settled", "host/source-nat"],
  ...(allFaults
    ? [
        [
          "before cloud movePublicIp",
          "api --status 500 --count 4 --method PUT",
          "cloud/unavailable",
          "pair/public-ip",
        ],
        [
          "before ecs-proxy-2 fresh write",
          "sshd ecs-proxy-2",
          "host/change-taken-back",
          "pair/connection-sync",
        ],
      ]
    : []),
])(
  "%s: %s -> %s at %s, and all is as with one proxy",
  { timeout: 400_000 },
  async (point = "", fault = "", code, step) => {
    askForPair();
    const { outcome, problems } = await losesNothing(() => faulty(lab, file, "apply", point, fault));
    expect({ outcome, first: problems[0] }).toMatchObject({
      outcome: "failed",
      first: { code, at: { step } },
    });
    await mend();
    // Where the new proxy could not be asked, the next run takes the rest back.
    if (problems.length > 1) {
      askForOne();
      await must("apply", "--yes", ...where);
    }
    expect(await state()).toEqual(alone);
  },
);

test.runIf(allFaults)(
  "the API gives no answer to the move of the EIP: it is asked again",
  { timeout: 400_000 },
  async () => {
    askForPair();
    const fault = "api --status timeout --count 1 --method PUT";
    const ended = await losesNothing(() => faulty(lab, file, "apply", "before cloud movePublicIp", fault));
    expect(ended).toMatchObject({ outcome: "done", problems: [] });
    askForOne();
    await must("apply", "--yes", ...where);
    expect(await state()).toEqual(alone);
  },
);

test("the new proxy loses its power: nothing is lost, and the next run, one of whose answers is lost, goes on", {
  timeout: 300_000,
}, async () => {
  askForPair();
  await losesNothing(async () => {
    const broken = await faulty(lab, file, "apply", "before ecs-proxy-2 write", "power ecs-proxy-2");
    expect(broken).toMatchObject({ outcome: "failed", problems: [{ at: { object: "ecs-proxy-2" } }, {}] });
    expect(await seenAs(lab, "ecs-app-1")).toBe(eips[0]);
    await mend();
    const fault = "api --status lost --count 1 --method PUT";
    const next = await faulty(lab, file, "apply", "before cloud movePublicIp", fault);
    expect(next).toMatchObject({ outcome: "done", problems: [] });
    return next;
  });
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  expect(await seenAs(lab, "ecs-app-1")).toBe(freeEip);
});

test("a proxy loses its power in the middle of undo: the error names it, and the next undo brings back what was", {
  timeout: 300_000,
}, async () => {
  const broken = await faulty(lab, file, "undo", "before ecs-proxy-1 write", "power ecs-proxy-2");
  expect(broken).toMatchObject({
    outcome: "failed",
    problems: [{ at: { object: "ecs-proxy-2" } }],
  });
  await mend();
  await must("undo", ...where);
  expect(await state()).toEqual(start);
});
