/** Who measures: a client that can be logged in to, best past the proxy that will be broken, and what it has. */
import { clientHosts } from "../../checks/for-gateway.ts";
import { Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import type { Client, Gateway } from "../../steps/gateway.ts";
import type { ReadOnlyWorld } from "../../steps/world.ts";
import type { Seat } from "./load.ts";
import type { Tools } from "./load-plan.ts";

export interface EquippedSeat extends Seat {
  readonly tools: Tools;
}

/** So many are tried, so that a large subnet without logins does not take minutes. */
const triedClients = 6;

/** @throws Problem drill/unknown-client, drill/no-client */
export async function findSeat(
  gateway: Gateway,
  world: ReadOnlyWorld,
  { standby, client }: { readonly standby: string; readonly client: string | undefined },
): Promise<EquippedSeat> {
  const candidates = candidatesOf(gateway, client);
  const reasons: string[] = [];
  for (const candidate of candidates.slice(0, triedClients)) {
    const ways = waysTo(gateway, candidate, standby);
    for (const [index, way] of ways.entries()) {
      try {
        const { stdout } = await world.host(way).read(toolsScript, { timeoutMs: 20_000 });
        return { client: candidate.server.name, ways: ways.slice(index), tools: readTools(stdout) };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        reasons.push(cause.summary);
      }
    }
  }
  throw new Problem({
    code: "drill/no-client",
    summary: `${gateway.name} has no client that can be logged in to, so nobody could measure`,
    detail: [...new Set(reasons)].join("\n"),
    hint: "A client is a running server of a served subnet without an EIP; it is logged in to through a proxy, with the user and key of its `ssh`.",
  });
}

function candidatesOf({ clients, name }: Gateway, wanted: string | undefined): Client[] {
  const able = clients.filter((client) => client.publicIp === undefined && client.server.status === "ACTIVE");
  if (wanted === undefined) return able;
  const chosen = able.find((client) => client.server.name === wanted);
  if (chosen) return [chosen];
  const known = able.map((client) => client.server.name);
  const other = clients.find((client) => client.server.name === wanted);
  throw new Problem({
    code: "drill/unknown-client",
    summary: other
      ? `${wanted} ${other.publicIp === undefined ? `is ${other.server.status}` : `has EIP ${other.publicIp} of its own, and so does not use ${name}`}`
      : `${name} serves no server ${wanted}; ${suggestion(wanted, known, "client")}`,
  });
}

/** Past the standby first: the active proxy is the one that is broken. */
function waysTo(gateway: Gateway, client: Client, standby: string) {
  const past = (proxies: Gateway["proxies"][number][]) => {
    const [first, ...others] = proxies;
    return first ? clientHosts({ ...gateway, proxies: [first, ...others] }, client) : [];
  };
  return [
    ...past(gateway.proxies.filter(({ server }) => server.name === standby)),
    ...past(gateway.proxies.filter(({ server }) => server.name !== standby)),
  ];
}

const toolsScript = `for tool in perl curl wget ping; do command -v $tool >/dev/null 2>&1 && echo $tool; done
perl -MPOSIX -e 'exit 0 if eval { require Time::HiRes; 1 }; exit !grep { $_ eq (POSIX::uname())[4] } qw(x86_64 aarch64 riscv64 ppc64le s390x)' 2>/dev/null && echo fine-clock
ping -n -D -i 0.005 -c 1 -w 1 127.0.0.1 2>/dev/null | grep -q '^\\[[0-9.]*\\] .*time=' && echo fine-ping
:`;

/** Pure. */
export function readTools(output: string): Tools {
  const there = new Set(output.split("\n").map((line) => line.trim()));
  return {
    perl: there.has("perl"),
    fineClock: there.has("fine-clock"),
    curl: there.has("curl"),
    wget: there.has("wget"),
    ping: there.has("ping"),
    finePing: there.has("fine-ping"),
  };
}
