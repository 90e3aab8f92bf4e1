/**
 * Two hosts of a pair that keep what the scripts of signed adverts write, for tests of the steps: their keepalived begins
 * with the configuration as the agent has it begin, and says of itself what the real one does.
 */
import type { Host, HostAddress, HostFacts } from "../../host/host.ts";
import { pairPaths } from "../../host/pair/paths.ts";
import { modeOf, type SigningMode, signingConf } from "../../host/pair/signing.ts";
import { Problem } from "../../report/problem.ts";
import type { World } from "../world.ts";
import { factsOf } from "./still-host.ts";
import { worldThat } from "./writing-cloud.ts";

export interface TestHost {
  readonly address: HostAddress;
  /** As keepalived prints it. */
  version: string | null;
  signs: boolean;
  /** Its keepalived is running. */
  runs: boolean;
  active: boolean;
  file: string;
  loaded: string;
  key: string | null;
  behind: boolean;
  away: boolean;
}

export function testHost(number: 1 | 2, changes: Partial<TestHost> = {}): TestHost {
  const server = `ecs-${number}`;
  return {
    address: { server, serverId: `server-${number}`, destination: `203.0.113.1${number}` },
    version: "2.4.3",
    signs: true,
    runs: true,
    active: number === 1,
    file: "",
    loaded: "",
    key: null,
    behind: false,
    away: false,
    ...changes,
  };
}

/** Enforces with this key, as after an apply. */
export function signing(key: string): Partial<TestHost> {
  return { file: signingConf("enforce"), loaded: signingConf("enforce"), key };
}

/** `changes`: "ecs-1 receive-only", "ecs-1 key", in order; `scripts`: all that was written. */
export function signingWorld(hosts: readonly [TestHost, TestHost], fail?: (script: string) => string) {
  const changes: string[] = [];
  const scripts: string[] = [];
  const servers = hosts.map(({ address }) => ({
    id: address.serverId ?? "",
    name: address.server,
    status: "ACTIVE",
    vpcId: "vpc-1",
    addresses: [],
    securityGroupIds: [],
  }));
  const { cloud } = worldThat({}, { servers });
  const hostOf = (address: HostAddress): Host => {
    const host = hosts.find((one) => one.address.server === address.server);
    if (!host) throw new Error(`no host ${address.server}`);
    const there = (): void => {
      if (host.away) {
        const summary = `cannot reach ${address.server} over SSH`;
        throw new Problem({ code: "host/unreachable", summary });
      }
    };
    const write = async (script: string) => {
      there();
      scripts.push(script);
      const detail = fail?.(script);
      if (detail) throw new Problem({ code: "host/command-failed", summary: "a command failed", detail });
      const change = changeOf(host, script);
      if (change) changes.push(`${address.server} ${change}`);
      if (script.includes("handing-over")) for (const one of hosts) one.active = one !== host;
      return { exitCode: 0, stdout: "", stderr: "" };
    };
    return {
      address,
      facts: async () => {
        there();
        return factsFrom(host);
      },
      read: async () => {
        there();
        return { exitCode: 0, stdout: reportOf(host), stderr: "" };
      },
      write,
      writeFresh: write,
    };
  };
  const world: World = { cloud, host: hostOf };
  return { world, changes, scripts, modes: (): SigningMode[] => hosts.map(({ loaded }) => modeOf(loaded)) };
}

const signed = ["receive-only", "permissive", "enforce"] as const;

/** What a script changes, by what it holds; a reload begins anew with what is there. */
function changeOf(host: TestHost, script: string): string | undefined {
  const key = /^hex:([0-9a-f]{64})$/m.exec(script)?.[1];
  if (key !== undefined) {
    host.key = key.slice(0, 16);
    return "key";
  }
  if (script.includes("handing-over")) return "hands over";
  const mode = signed.find((one) => script.includes(signingConf(one)));
  if (!mode && !script.includes(`rm -f ${pairPaths.signing}`)) {
    host.key = null;
    return "forgets its key";
  }
  host.file = mode ? signingConf(mode) : "";
  if (!mode) {
    host.key = null;
    host.behind = false;
  }
  if (host.runs && script.includes("systemctl reload")) host.loaded = host.file;
  return mode ?? "none";
}

function factsFrom(host: TestHost): HostFacts {
  const debian = factsOf("debian");
  const { version, signs } = host;
  const ownFiles = host.file === "" ? [] : [{ path: pairPaths.signing, mode: "644", content: host.file }];
  return {
    ...debian,
    has: { ...debian.has, keepalived: version !== null },
    ...(version === null ? {} : { keepalived: { version, signs } }),
    ownFiles,
    signing: { key: host.key, loaded: host.runs ? host.loaded : null, behind: host.behind },
  };
}

function reportOf(host: TestHost): string {
  if (!host.runs) return "wayout-pair=inactive\n";
  const mode = modeOf(host.loaded);
  return `role=${host.active ? "active" : "standby"}
settled=yes
signing=${mode === "none" ? "" : mode}
wayout-pair=active
wayout-sync=active
guarded=yes
internal=5 1 2 3 4 5
external=5 1 2 3 4 5
`;
}
