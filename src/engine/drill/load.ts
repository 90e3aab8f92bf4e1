/** What runs on a client while something happens to its gateway: started there, left alone, collected afterwards. */
import type { Host, HostAddress } from "../../host/host.ts";
import { quote, writeText } from "../../host/script.ts";
import { Problem } from "../../report/problem.ts";
import type { World } from "../../steps/world.ts";
import { clientScripts } from "./client-scripts.ts";
import { type LoadFound, readLoad, sectionMark } from "./load-found.ts";
import type { Load } from "./load-plan.ts";

/** A client and the ways to log in to it, the best one first. */
export interface Seat {
  readonly client: string;
  readonly ways: readonly HostAddress[];
}

/**
 * Starts the load, does the work once every connection is proven, ends the load and says what it found. No login lasts
 * meanwhile: what the work breaks may be the way to the client.
 * @throws Problem drill/load-not-started, drill/nothing-opened, drill/load-lost, and whatever `work` throws, after the
 * load is ended.
 */
export async function measureDuring<T>(
  world: World,
  seat: Seat,
  load: Load,
  work: () => Promise<T>,
): Promise<{ readonly found: LoadFound; readonly worked: T }> {
  const folder = await start(world, seat, load);
  let worked: T;
  try {
    worked = await work();
  } catch (failure) {
    await abandon(world, seat, folder);
    throw failure;
  }
  return { found: await collect(world, seat, folder, load), worked };
}

async function start(world: World, seat: Seat, load: Load): Promise<string> {
  const { stdout } = await overAnyWay(world, seat, (host) =>
    host.write(startScript(load), { timeoutMs: 60_000 }),
  );
  // It is removed by root: no other folder than one that the script makes.
  const folder = /^folder=(\/tmp\/wayout-drill\.[A-Za-z0-9]{6})$/m.exec(stdout)?.[1];
  if (folder === undefined) {
    throw new Problem({
      code: "drill/load-not-started",
      summary: `${seat.client} did not begin to measure`,
      detail: stdout.trim(),
      hint: "Is there room below /tmp on it? Choose another one with --client.",
    });
  }
  if (load.connections && !/^opened=[1-9]/m.test(stdout)) {
    await abandon(world, seat, folder);
    throw nothingOpened(seat.client, load.connections, stdout);
  }
  return folder;
}

function nothingOpened(
  client: string,
  { mode, host, port, count }: NonNullable<Load["connections"]>,
  said: string,
): Problem {
  const why = /^failed=(.+)$/m.exec(said)?.[1];
  return new Problem({
    code: "drill/nothing-opened",
    summary: `${client} could open none of ${count} connections to ${host}:${port}${why === undefined ? "" : ` (${why})`}`,
    hint: `Nothing was done to the pair. Does the host of \`probes.${mode}\` answer there, over TCP?`,
  });
}

/** Ends what runs on the client without asking what it found; where it cannot be reached, it ends by itself. */
async function abandon(world: World, seat: Seat, folder: string): Promise<void> {
  try {
    await overAnyWay(world, seat, (host) => host.writeFresh(abandonScript(folder), { timeoutMs: 30_000 }));
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
  }
}

async function collect(world: World, seat: Seat, folder: string, load: Load): Promise<LoadFound> {
  const { stdout } = await overAnyWay(world, seat, (host) =>
    host.writeFresh(collectScript(folder, load), { timeoutMs: 90_000 }),
  );
  if (stdout.includes(sectionMark)) return readLoad(stdout, load);
  throw new Problem({
    code: "drill/load-lost",
    summary: `what ${seat.client} measured is gone: ${folder} is not there any more`,
    hint: "It removes itself when nobody comes for it in time. `wayout verify` says how the gateway is now.",
  });
}

/** By the first way that leads there. A command that began is not begun again. */
async function overAnyWay<T>(world: World, seat: Seat, run: (host: Host) => Promise<T>): Promise<T> {
  let last: unknown;
  for (const way of seat.ways) {
    try {
      return await run(world.host(way));
    } catch (cause) {
      last = cause;
      if (!(cause instanceof Problem) || cause.code !== "host/unreachable") throw cause;
    }
  }
  throw last;
}

type Part = "connections" | "packets" | "ping" | "download";

function partsOf({ connections, udp, icmp, download }: Load): Part[] {
  return [
    ...(connections ? ["connections" as const] : []),
    ...(udp ? ["packets" as const] : []),
    ...(icmp ? ["ping" as const] : []),
    ...(download ? ["download" as const] : []),
  ];
}

/** For the connections to be made and proven. */
const readyTenths = 250;
/** For the second proof, and for a download that is not through. */
const collectTenths = 250;

export function startScript(load: Load): string {
  const commands = commandsOf(load);
  const run = partsOf(load).map(
    (part) =>
      `( run ${part} ${commands[part]}; echo "$? $(date +%s%3N)" > "$d/${part}.exit" ) 2>"$d/${part}.errors" &`,
  );
  return `d=$(mktemp -d /tmp/wayout-drill.XXXXXX) || exit 1
${writeText('"$d/connections.pl"', clientScripts.connections)}
${writeText('"$d/packets.pl"', clientScripts.packets)}
# Runs a part under a process number that whoever ends it knows.
run() { sh -c 'echo $$ > "$0.pid"; shift; exec "$@" > "$0"' "$d/$1" "$@"; }
(
  trap '' HUP
  ulimit -n ${(load.connections?.count ?? 0) + 256} 2>/dev/null || ulimit -n "$(ulimit -H -n)" 2>/dev/null
  ${run.join("\n  ")}
  # It goes when nobody comes for it.
  left=${load.lifeSeconds + 60}
  while [ -d "$d" ] && [ $left -gt 0 ]; do sleep 1; left=$((left - 1)); done
  rm -rf "$d"
) </dev/null >/dev/null 2>&1 &
${
  load.connections
    ? `left=${readyTenths}
until [ -e "$d/connections.ready" ] || [ -e "$d/connections.exit" ] || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
cat "$d/connections.ready" 2>/dev/null || sed 's/^/failed=/' "$d/connections.errors"`
    : ""
}
# So that there is something to compare with.
sleep 1
echo "folder=$d"`;
}

function commandsOf({ connections, udp, icmp, download, lifeSeconds }: Load): Record<Part, string> {
  const { mode, host, port, path, count } = connections ?? {
    mode: "",
    host: "",
    port: 0,
    path: "",
    count: 0,
  };
  const rate = download?.bytesPerSecond === undefined ? "" : ` --limit-rate ${download.bytesPerSecond}`;
  const url = quote(download?.url ?? "");
  return {
    connections: `perl "$d/connections.pl" "$d" ${mode} ${quote(host)} ${port} ${count} ${lifeSeconds} ${quote(host)} ${quote(path)}`,
    packets: `perl "$d/packets.pl" "$d" ${quote(udp?.host ?? "")} ${udp?.port ?? 0} ${udp?.intervalMs ?? 0} ${lifeSeconds}`,
    ping: `ping ${
      icmp?.times
        ? `-n -D -i ${icmp.intervalMs / 1000} -w ${lifeSeconds}`
        : `-c ${Math.ceil((lifeSeconds * 1000) / (icmp?.intervalMs ?? 1000))}`
    } ${quote(icmp?.host ?? "")}`,
    download:
      download?.by === "wget"
        ? `timeout ${lifeSeconds} wget -q -t 1 -O /dev/null ${url}`
        : `curl -sSf${rate} -m ${lifeSeconds} -o /dev/null -w '%{size_download} bytes in %{time_total} s\\n' ${url}`,
  };
}

export function collectScript(folder: string, load: Load): string {
  const parts = partsOf(load);
  return `d=${folder}
[ -d "$d" ] || exit 0
touch "$d/stop"
[ ! -s "$d/ping.pid" ] || [ -e "$d/ping.exit" ] || kill -INT "$(cat "$d/ping.pid")" 2>/dev/null
left=${collectTenths}
for part in ${parts.join(" ")}; do
  until [ -e "$d/$part.exit" ] || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
done
[ -e "$d/connections.ready" ] && sed 's/^/ready: /' "$d/connections.ready"
for part in ${parts.join(" ")}; do
  echo "${sectionMark} $part $(cat "$d/$part.exit" 2>/dev/null || echo none)"
  cat "$d/$part" 2>/dev/null
  sed 's/^/error: /' "$d/$part.errors" 2>/dev/null
done
rm -rf "$d"`;
}

/**
 * A part that has ended is not ended again: its number may be another process's by now. What they still write as they end
 * is waited for, so that nothing of the folder stays.
 */
export function abandonScript(folder: string): string {
  return `d=${folder}
for file in "$d"/*.pid; do
  part=\${file%.pid}; left=20
  [ -s "$file" ] && [ ! -e "$part.exit" ] || continue
  kill "$(cat "$file")" 2>/dev/null
  until [ -e "$part.exit" ] || [ $left = 0 ]; do sleep 0.1; left=$((left - 1)); done
done
rm -rf "$d"`;
}
