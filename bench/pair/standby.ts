/** A standby beside a proxy of the NAT benchmark: conntrackd on both, with Wayout's configuration, and a cable between. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { conntrackdConf } from "../../src/host/pair/conntrackd-conf.ts";
import type { Member } from "../../src/host/pair/member.ts";
import { syncState } from "../../src/host/pair/paths.ts";
import { ip, netns, up } from "../nat/path.ts";

export interface Sync {
  /** Connections that the standby knows of. */
  known(): number;
  /** Returns when neither of the two has anything to do. */
  settled(): Promise<void>;
}

const device = "sync0";
const [address, peer] = ["192.0.2.1", "192.0.2.2"];

/** @param core where the active one's conntrackd must run; else where the kernel puts it */
export async function addStandby(proxy: string, core: number | undefined, folder: string): Promise<Sync> {
  const standby = `${proxy}2`;
  ip(
    `netns add ${standby}\nlink add ${device} netns ${proxy} type veth peer name ${device} netns ${standby}`,
  );
  ip(`${up(device)}\naddress add ${address}/24 dev ${device}`, proxy);
  ip(`${up(device)}\naddress add ${peer}/24 dev ${device}`, standby);
  const active = await start(proxy, { address, peer }, core, folder);
  const other = await start(standby, { address: peer, peer: address }, undefined, folder);
  return {
    known: other.known,
    settled: async () => {
      for (let did = Number.POSITIVE_INFINITY; did > idleMs; ) {
        const before = active.workedMs() + other.workedMs();
        await sleep(100);
        did = active.workedMs() + other.workedMs() - before;
      }
    },
  };
}

/** In a tenth of a second: they greet each other even when there is nothing to tell. */
const idleMs = 2;

async function start(
  namespace: string,
  between: Pick<Member, "address" | "peer">,
  core: number | undefined,
  folder: string,
) {
  const member = {
    gateway: "",
    device,
    outsideDevice: device,
    ...between,
    inner: "",
    outer: "",
    ownEip: true,
    targets: [],
  };
  // Two on one machine: each with a state of its own.
  const state = join(folder, namespace);
  mkdirSync(state);
  const conf = join(state, "conf");
  writeFileSync(conf, conntrackdConf(member).replaceAll(syncState, state));
  const where = core === undefined ? [] : ["taskset", "-c", String(core)];
  const [program = "", ...words] = netns(namespace, [...where, "conntrackd", "-C", conf]);
  const { pid } = spawn(program, words, { stdio: ["ignore", "ignore", "inherit"] });
  const said = () => spawnSync("conntrackd", ["-C", conf, "-s"], { encoding: "utf8" });
  for (let tries = 0; said().status !== 0; tries += 1) {
    if (tries === 50) throw new Error(`conntrackd does not answer in ${namespace}`);
    await sleep(100);
  }
  return {
    known: () =>
      Number(/^cache external:\n.*active connections:\s+(\d+)/m.exec(said().stdout)?.[1] ?? Number.NaN),
    /** The kernel counts nanoseconds. */
    workedMs: () => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6,
  };
}
