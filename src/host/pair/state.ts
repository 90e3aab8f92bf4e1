/** How the two proxies of a pair stand: who is active, and whether the other one could take over without a loss. */
import { randomInt } from "node:crypto";
import { Problem } from "../../report/problem.ts";
import type { HostReader } from "../host.ts";
import { type MemberReport, parseReport, reportScript } from "./report.ts";
import { missing } from "./sample.ts";

/** One proxy, asked how it stands. */
export interface Asked {
  readonly server: string;
  /** null: it could not be asked, and `unreachable` says why. */
  readonly report: MemberReport | null;
  readonly unreachable: string;
}

export interface PairState {
  readonly members: readonly Asked[];
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

/** Whether both take signed adverts alone; null where one cannot be asked, or takes no part. Pure. */
export function areSigned(members: readonly Asked[]): boolean | null {
  const modes = members.map(({ report }) => report?.signing ?? null);
  if (modes.some((mode) => mode !== null && mode !== "enforce")) return false;
  return modes.includes(null) ? null : true;
}

/** Asks them, side by side. */
export async function askMembers(hosts: readonly HostReader[]): Promise<Asked[]> {
  const script = reportScript(hosts.length > 1 ? randomInt(2 ** 32) : undefined);
  return Promise.all(
    hosts.map(async (host): Promise<Asked> => {
      const { server } = host.address;
      try {
        const { stdout } = await host.read(script, { timeoutMs: 15_000 });
        return { server, report: parseReport(stdout), unreachable: "" };
      } catch (cause) {
        if (!(cause instanceof Problem)) throw cause;
        return { server, report: null, unreachable: cause.summary };
      }
    }),
  );
}

/** Pure. */
export function pairState(members: readonly Asked[]): PairState {
  const active = members.filter(({ report }) => report?.role === "active");
  const [first, second] = active;
  if (first && second) {
    const split = `both ${first.server} and ${second.server} are active: they do not hear each other`;
    return { members, active: null, activeSince: null, split, standby: null, notReady: split };
  }
  if (!first) {
    const blind = members.some(({ report }) => report === null);
    const split = `${blind ? "nobody is known to be active" : "none is active"}: ${members.map(why).join("; ")}`;
    return { members, active: null, activeSince: null, split, standby: null, notReady: split };
  }
  const other = members.find((member) => member !== first);
  const notReady = other ? whyNotReady(first, other) || whyNotGuarded(members) : "there is no other proxy";
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

/**
 * Why what comes next must not rely on `own` yet: a change at the other one would end connections. Empty when it may, and
 * where the other one takes no part. Pure.
 */
export function whyNotSettled(own: Asked, other: Asked): string {
  if (!own.report?.settled) return why(own);
  if (!other.report?.services.role) return "";
  if (!other.report.settled) return why(other);
  const [active, standby] = other.report.role === "active" ? [other, own] : [own, other];
  return pairState([own, other]).split || whyNotReady(active, standby);
}

function whyNotGuarded(members: readonly Asked[]): string {
  const open = members.find(({ report }) => report?.guarded === false);
  return open
    ? `${open.server} takes adverts and sync from anybody: the rules of its guard are not loaded`
    : "";
}

function why({ server, report, unreachable }: Asked): string {
  if (!report) return `${server} cannot be asked (${unreachable})`;
  if (!report.services.role) return `${server}: wayout-pair.service does not run`;
  const { role, settled } = report;
  return `${server} is ${settled && role !== null ? role : "not settled"}${report.unfit === "" ? "" : `, ${report.unfit}`}`;
}

/** Connections come and go between the two readings. */
const slack = { connections: 10, share: 0.02 };

function whyNotReady(active: Asked, standby: Asked): string {
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
  const unknown = missing(own, report.known);
  if (unknown > slack.connections && unknown > own.count * slack.share) {
    return `${server} knows ${own.count - unknown} of ${own.count} connections`;
  }
  return "";
}
