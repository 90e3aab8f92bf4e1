/** How the two proxies of a pair stand: who is active, and whether the other one could take over without a loss. */
import { type MemberReport, parseReport, reportScript } from "../host/pair/report.ts";
import { Problem } from "../report/problem.ts";
import type { Gateway } from "../steps/gateway.ts";
import type { ReadOnlyWorld } from "../steps/world.ts";

export interface Member {
  readonly server: string;
  /** null: it could not be asked, and `unreachable` says why. */
  readonly report: MemberReport | null;
  readonly unreachable: string;
}

export interface PairState {
  readonly members: readonly Member[];
  /** The server with the active role; null where there is none, or more than one. */
  readonly active: string | null;
  /** By its own clock. */
  readonly activeSince: Date | null;
  /** Why the active role is not with exactly one; empty when it is. */
  readonly split: string;
  /** The other one; null where it is not known. */
  readonly standby: string | null;
  /** Why the standby could not take over without a loss; empty when it could. */
  readonly notReady: string;
}

/** Asks both, side by side. */
export async function readPair(gateway: Gateway, world: ReadOnlyWorld): Promise<PairState> {
  const members = await Promise.all(
    gateway.proxies.map(async ({ server, host }): Promise<Member> => {
      try {
        const { stdout } = await world.host(host).read(reportScript, { timeoutMs: 15_000 });
        return { server: server.name, report: parseReport(stdout), unreachable: "" };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        return { server: server.name, report: null, unreachable: cause.summary };
      }
    }),
  );
  return pairState(members);
}

/** Pure. */
export function pairState(members: readonly Member[]): PairState {
  const active = members.filter(({ report }) => report?.role === "active");
  const [first, second] = active;
  if (first && second) {
    const split = `both ${first.server} and ${second.server} are active: they do not hear each other`;
    return { members, active: null, activeSince: null, split, standby: null, notReady: split };
  }
  if (!first) {
    const split = `none is active: ${members.map(why).join("; ")}`;
    return { members, active: null, activeSince: null, split, standby: null, notReady: split };
  }
  const other = members.find((member) => member !== first);
  const notReady = other ? whyNotReady(first, other) : "there is no other proxy";
  const sinceMs = first.report?.sinceMs ?? null;
  return {
    members,
    active: first.server,
    activeSince: sinceMs === null ? null : new Date(sinceMs),
    split: "",
    standby: other?.server ?? null,
    notReady,
  };
}

function why({ server, report, unreachable }: Member): string {
  if (!report) return `${server} cannot be asked (${unreachable})`;
  if (!report.services.role) return `${server}: wayout-pair.service does not run`;
  return `${server} is ${report.role ?? "not settled"}${report.unfit === "" ? "" : `, ${report.unfit}`}`;
}

/** Connections come and go between the two readings. */
const slack = { connections: 10, share: 0.02 };

function whyNotReady(active: Member, standby: Member): string {
  const { server, report, unreachable } = standby;
  if (!report) return `${server} cannot be asked (${unreachable})`;
  if (report.role !== "standby") return why(standby);
  if (report.unfit !== "") return `${server}: ${report.unfit}`;
  if (!report.services.sync) return `${server}: wayout-sync.service does not run`;
  if (report.unsynced !== "") return `${server}: ${report.unsynced}`;
  if (report.known === null) return `${server}: conntrackd does not answer`;
  if (active.report?.telling) return `${active.server} is still telling it about the open connections`;
  const own = active.report?.own ?? null;
  if (own === null) return `${active.server}: conntrackd does not answer`;
  const missing = own - report.known;
  if (missing > slack.connections && missing > own * slack.share) {
    return `${server} knows ${report.known} of ${own} connections`;
  }
  return "";
}
