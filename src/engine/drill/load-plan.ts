/** What is measured with what a client has, and what cannot be. Pure. */
import { hostAndPort } from "../../checks/tcp.ts";
import type { Probes } from "../../spec/spec.ts";

/** What was found on the client; nothing but a POSIX shell is certain. */
export interface Tools {
  readonly perl: boolean;
  /** A clock finer than a second, for perl. */
  readonly fineClock: boolean;
  readonly curl: boolean;
  readonly wget: boolean;
  readonly ping: boolean;
  /** ping tells when each answer came, and may send as fast as it likes. */
  readonly finePing: boolean;
}

export interface Load {
  /** Of each of the parts below no one need be there. */
  readonly connections?: {
    readonly mode: "echo" | "http";
    readonly host: string;
    readonly port: number;
    readonly path: string;
    readonly count: number;
  };
  readonly udp?: { readonly host: string; readonly port: number; readonly intervalMs: number };
  readonly icmp?: { readonly host: string; readonly intervalMs: number; readonly times: boolean };
  readonly download?: {
    readonly url: string;
    readonly by: "curl" | "wget";
    readonly bytesPerSecond?: number;
  };
  /** By then everything on the client has ended by itself, and removed itself. */
  readonly lifeSeconds: number;
}

export interface LoadPlan {
  readonly load: Load;
  /** In words, for whoever is asked. */
  readonly words: readonly string[];
  readonly couldNotMeasure: readonly string[];
}

/** Against a host of one's own. */
const manyConnections = 1000;
/** Against somebody else's. */
const politeConnections = 8;
/** Half a request is waited for by most servers for 20 s or more. */
const packetMs = 5;
const politePacketMs = 20;
const politeBytesPerSecond = 200_000;

export interface LoadWish {
  readonly tools: Tools;
  readonly probes: Probes;
  /** null: the default. */
  readonly count: number | null;
  readonly lifeSeconds: number;
  /** A host that is no destination of the gateway says nothing about it. */
  readonly served: (host: string) => boolean;
}

export function planLoad({ tools, probes, count, lifeSeconds, served }: LoadWish): LoadPlan {
  const missing: string[] = [];
  const words: string[] = [];
  const load: { -readonly [Key in keyof Load]: Load[Key] } = { lifeSeconds };
  const echo = probes.echo !== undefined && served(hostAndPort(probes.echo).host) ? probes.echo : undefined;
  const why =
    probes.echo === undefined ? "the spec names no probes.echo" : "probes.echo is no destination of it";

  const http = new URL(probes.http);
  if (!tools.perl) missing.push("connections: the client has no perl");
  else if (echo !== undefined) {
    const { host, port } = hostAndPort(echo);
    load.connections = { mode: "echo", host, port, path: "", count: count ?? manyConnections };
    words.push(`${load.connections.count} TCP connections to ${echo}, a token over each before and after`);
  } else if (http.protocol === "http:" && served(http.hostname)) {
    load.connections = {
      mode: "http",
      host: http.hostname,
      port: Number(http.port || 80),
      path: `${http.pathname}${http.search}`,
      count: count ?? politeConnections,
    };
    words.push(
      `${load.connections.count} TCP connections to ${http.host}, half an HTTP request over each before and half after`,
    );
  } else missing.push(`connections: ${why}, and probes.http is no plain HTTP host among its destinations`);

  if (!tools.perl) missing.push("UDP packets: the client has no perl");
  else if (!tools.fineClock)
    missing.push("UDP packets: perl on the client knows no clock finer than a second");
  else if (echo === undefined) missing.push(`UDP packets: ${why}`);
  else {
    load.udp = { ...hostAndPort(echo), intervalMs: packetMs };
    words.push(`a UDP packet to ${echo} every ${packetMs} ms`);
  }

  const target = [...(echo === undefined ? [] : [hostAndPort(echo).host]), ...probes.ping].find(served);
  if (!tools.ping) missing.push("ICMP packets: the client has no ping");
  else if (target === undefined)
    missing.push("ICMP packets: no host of probes.ping is among its destinations");
  else {
    const intervalMs = tools.finePing ? (echo === undefined ? politePacketMs : packetMs) : 1000;
    load.icmp = { host: target, intervalMs, times: tools.finePing };
    words.push(`a ping to ${target} every ${intervalMs} ms`);
    if (!tools.finePing) missing.push("times of ICMP packets: ping on the client does not tell them");
  }

  const slow = probes.slow ?? probes.large;
  const by = tools.curl ? "curl" : tools.wget ? "wget" : undefined;
  if (by === undefined) missing.push("a download: the client has neither curl nor wget");
  else if (!served(new URL(slow).hostname)) missing.push(`a download: ${slow} is no destination of it`);
  else if (probes.slow === undefined && by === "wget") {
    missing.push("a download: wget alone takes probes.large too fast, and the spec names no probes.slow");
  } else {
    const limit = probes.slow === undefined ? { bytesPerSecond: politeBytesPerSecond } : {};
    load.download = { url: slow, by, ...limit };
    words.push(`a download of ${slow}`);
  }
  return { load, words, couldNotMeasure: missing };
}
