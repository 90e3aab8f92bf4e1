/** What it costs that two proxies tell each other about connections: conntrackd's time and packets. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { pairPaths, pairUnits } from "../../src/host/pair/paths.ts";
import { commandInside } from "../../src/lab/client/actions.ts";
import type { PairLab } from "./failover.ts";
import { inside } from "./inside.ts";
import { client, connectionCount } from "./traffic.ts";

/** Of one host. */
const spentSchema = z.object({
  /** conntrackd's. */
  syncMs: z.number(),
  /** Of keepalived, of the script that watches the pair, and of all that it starts. */
  roleMs: z.number(),
  bytes: z.number(),
  packets: z.number(),
  known: z.number(),
});
type Spent = z.infer<typeof spentSchema>;

export interface SyncCost {
  readonly activeMs: number;
  readonly standbyMs: number;
  readonly activeRoleMs: number;
  readonly standbyRoleMs: number;
  /** Both ways, with the headers of Ethernet, IP and UDP. */
  readonly bytes: number;
}

const headerBytes = 14 + 20 + 8;
const sync = `conntrackd -C ${pairPaths.conntrackd}`;

/** The kernel counts a process's time in nanoseconds, and that of its ended children in ticks of 10 ms. */
const spentScript = `
pid=$(systemctl show -p MainPID --value ${pairUnits.sync})
sync=$(awk '{ print $1 / 1000000 }' /proc/$pid/schedstat)
role=$(for process in /proc/[0-9]*; do
  grep -qs ${pairUnits.pair}.service $process/cgroup && sed 's/.*) //' $process/stat
done 2>/dev/null | awk '{ ticks += $12 + $13 + $14 + $15 } END { print ticks * 10 }')
${sync} -s | awk -v sync=$sync -v role=$role '
  /^cache external/ { external = 1 }
  external && /current active/ { known = $NF; external = 0 }
  /Bytes sent/ { bytes = $1 }
  /Pckts sent/ { packets = $1 }
  END { printf "{\\"syncMs\\":%f,\\"roleMs\\":%d,\\"bytes\\":%d,\\"packets\\":%d,\\"known\\":%d}", sync, role, bytes, packets, known }'`;

const clientAddress = "192.168.125.11";
const echo = "198.51.100.10";
/** One after the other, each opened, asked, answered and closed in order. Needs perl-base only. */
const churn = `use Socket; my $to = sockaddr_in(7, inet_aton('${echo}'));
for (1 .. $ARGV[0]) {
  socket(my $s, PF_INET, SOCK_STREAM, 0) or die "socket: $!";
  connect($s, $to) or die "connect: $!";
  syswrite($s, 'x'); sysread($s, my $answer, 1) or die "read: $!"; close $s;
}`;
/** Until its stdin ends. */
const hold = `use Socket; my $to = sockaddr_in(7, inet_aton('${echo}'));
my @open = map { socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $to) or die "connect: $!"; $s } 1 .. $ARGV[0];
$| = 1; print "open\\n"; <STDIN>;`;

/** Of `connections` that are opened, closed and forgotten, per 1,000. */
export async function costOfConnections(pair: PairLab, connections: number): Promise<SyncCost> {
  const { active, standby } = await pair.roles();
  await forget(pair, active, standby);
  const cost = await costOf(pair, { active, standby }, async () => {
    await inside(pair.lab, client, `perl -e ${quoted(churn)} ${connections}`);
    await forget(pair, active, standby);
  });
  return scaled(cost, 1_000 / connections);
}

/** Per minute, while so many connections are open that nothing is sent over. */
export async function costOfIdle(pair: PairLab, seconds: number): Promise<SyncCost> {
  const roles = await pair.roles();
  await forget(pair, roles.active, roles.standby);
  const [program = "", ...words] = await commandInside(pair.lab, client, [
    "perl",
    "-e",
    hold,
    String(connectionCount),
  ]);
  const holding = spawn(program, words, { stdio: ["pipe", "pipe", "inherit"] });
  try {
    await once(holding.stdout, "data");
    await settled(pair, roles.standby);
    const cost = await costOf(pair, roles, async () => await sleep(seconds * 1_000));
    return scaled(cost, 60 / seconds);
  } finally {
    holding.stdin.end();
  }
}

/** What would be forgotten minutes later, by its timeout. */
async function forget({ lab }: PairLab, active: string, standby: string): Promise<void> {
  await inside(lab, active, `conntrack -D -s ${clientAddress} >/dev/null 2>&1 || :`);
  await settled({ lab }, standby);
}

/** The standby is told of nothing any more. */
async function settled(pair: Pick<PairLab, "lab">, standby: string): Promise<void> {
  for (let [before, now] = [-1, (await spent(pair, standby)).known]; before !== now; ) {
    before = now;
    await sleep(500);
    now = (await spent(pair, standby)).known;
  }
}

async function costOf(
  pair: PairLab,
  { active, standby }: { readonly active: string; readonly standby: string },
  work: () => Promise<unknown>,
): Promise<SyncCost> {
  const [a, s] = [await spent(pair, active), await spent(pair, standby)];
  await work();
  const [activeAfter, standbyAfter] = [await spent(pair, active), await spent(pair, standby)];
  const wire = (before: Spent, after: Spent): number =>
    after.bytes - before.bytes + headerBytes * (after.packets - before.packets);
  return {
    activeMs: activeAfter.syncMs - a.syncMs,
    standbyMs: standbyAfter.syncMs - s.syncMs,
    activeRoleMs: activeAfter.roleMs - a.roleMs,
    standbyRoleMs: standbyAfter.roleMs - s.roleMs,
    bytes: wire(a, activeAfter) + wire(s, standbyAfter),
  };
}

async function spent({ lab }: Pick<PairLab, "lab">, server: string): Promise<Spent> {
  return spentSchema.parse(JSON.parse(await inside(lab, server, spentScript)));
}

function scaled(cost: SyncCost, by: number): SyncCost {
  return {
    activeMs: cost.activeMs * by,
    standbyMs: cost.standbyMs * by,
    activeRoleMs: cost.activeRoleMs * by,
    standbyRoleMs: cost.standbyRoleMs * by,
    bytes: cost.bytes * by,
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
