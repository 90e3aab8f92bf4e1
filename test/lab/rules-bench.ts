/** Namespaces in which compiled rules meet packets: a client, a proxy, hosts outside, and a container of the proxy. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { iptablesText } from "../../src/host/iptables.ts";
import { removeIptablesRules } from "../../src/host/iptables-shell.ts";
import { loadScript } from "../../src/host/load-script.ts";
import { nftablesRemoval, nftablesText } from "../../src/host/nftables.ts";
import { closedByDefault, type Rules } from "../../src/host/rules.ts";

export type Place = "client" | "proxy" | "outside" | "box";
export type Backend = "nftables" | "iptables";

export interface Finished {
  readonly code: number;
  readonly text: string;
}

/** The proxy stands between two networks: in0 is 192.168.125.4, out0 is 198.51.100.4. */
export const betweenTwo: Rules = {
  egressDevice: "out0",
  egressAddress: "198.51.100.4",
  ofPair: false,
  insideDevices: ["in0"],
  ownAddresses: ["198.51.100.4", "192.168.125.4"],
  served: ["192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  closed: closedByDefault,
  ownServices: null,
};

/** Answers over HTTP with the address that it saw. */
const echo = `require("node:http").createServer((q, a) => a.end(q.socket.remoteAddress.replace("::ffff:", ""))).listen(80, () => console.log("up"))`;

export class RulesBench {
  readonly #prefix = `wt-rules-${process.pid}`;
  readonly #tools = mkdtempSync(join(tmpdir(), "wt-rules-"));
  readonly #running: ChildProcess[] = [];
  readonly #places: readonly Place[] = ["client", "proxy", "outside", "box"];

  async up(): Promise<void> {
    for (const name of ["iptables", "iptables-save", "iptables-restore"]) {
      symlinkSync(`/usr/sbin/${name.replace("iptables", "iptables-legacy")}`, join(this.#tools, name));
    }
    for (const place of this.#places) {
      execFileSync("ip", ["netns", "add", this.#name(place)]);
      this.must(place, "ip link set lo up");
    }
    this.#link("in0", "client");
    this.#link("out0", "outside");
    this.#link("box0", "box");
    this.must(
      "client",
      "ip addr add 192.168.125.20/24 dev eth0; ip addr add 192.168.126.9/24 dev eth0; ip route add default via 192.168.125.4",
    );
    this.must(
      "proxy",
      `ip addr add 192.168.125.4/24 dev in0; ip addr add 192.168.126.4/24 dev in0; ip addr add 198.51.100.4/24 dev out0
       ip addr add 10.200.0.1/24 dev box0; ip route add default via 198.51.100.10; ip link set out0 mtu 1400
       echo 1 > /proc/sys/net/ipv4/ip_forward; echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter`,
    );
    this.must("box", "ip addr add 10.200.0.2/24 dev eth0; ip route add default via 10.200.0.1");
    this.must(
      "outside",
      `ip addr add 198.51.100.10/24 dev eth0
       for ip in 203.0.113.9 169.254.169.254 192.168.77.7; do ip addr add $ip/32 dev lo; done
       ip route add 192.168.0.0/16 via 198.51.100.4; ip route add 10.200.0.0/16 via 198.51.100.4`,
    );
    await Promise.all(this.#places.map((place) => this.started(place, echo)));
  }

  down(): void {
    for (const child of this.#running) child.kill();
    for (const place of this.#places) execFileSync("ip", ["netns", "del", this.#name(place)]);
    rmSync(this.#tools, { recursive: true });
  }

  /** Runs in one of the namespaces, where `iptables` is the legacy one. */
  inside(place: Place, program: string, args: readonly string[], input = ""): Finished {
    const env = { ...process.env, PATH: `${this.#tools}:${process.env.PATH}` };
    const done = spawnSync("ip", ["netns", "exec", this.#name(place), program, ...args], {
      input,
      env,
      timeout: 60_000,
    });
    return { code: done.status ?? 1, text: `${done.stdout}${done.stderr}` };
  }

  must(place: Place, script: string): string {
    const { code, text } = this.inside(place, "sh", ["-e"], script);
    if (code !== 0) throw new Error(`${script}\n${text}`);
    return text.trim();
  }

  spawn(place: Place, program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn("ip", ["netns", "exec", this.#name(place), program, ...args]);
    this.#running.push(child);
    return child;
  }

  /** A program of Node that says when it is ready. */
  async started(place: Place, script: string): Promise<ChildProcess> {
    const child = this.spawn(place, process.execPath, "-e", script);
    await new Promise((resolve, reject) => {
      child.stdout?.once("data", resolve);
      child.once("exit", () => reject(new Error(`did not start in ${place}: ${script}`)));
    });
    return child;
  }

  load(backend: Backend, rules: Rules): Finished {
    return backend === "nftables"
      ? this.inside("proxy", "nft", ["-f", "-"], nftablesText(rules))
      : this.inside("proxy", "sh", [], iptablesText(rules));
  }

  /** As a host in a pair loads them: by its own script, which looks at the rules that are there. */
  loadByScript(backend: Backend, rules: Rules, own: { device: string; address: string }): Finished {
    const path = join(this.#tools, "rules");
    writeFileSync(path, backend === "nftables" ? nftablesText(rules) : iptablesText(rules));
    writeFileSync(join(this.#tools, "load"), loadScript({ backend, sysctl: {}, atLeast: {}, own }));
    // The script adds to PATH and keeps its state in /run: neither is this machine's.
    const script = `mount -t tmpfs none /run; sh ${this.#tools}/load ${path}`;
    return this.inside("proxy", "unshare", ["-m", "sh", "-c", script]);
  }

  unload(backend: Backend): Finished {
    return backend === "nftables"
      ? this.inside("proxy", "nft", ["-f", "-"], nftablesRemoval)
      : this.inside("proxy", "sh", [], removeIptablesRules);
  }

  show(backend: Backend): string {
    return backend === "nftables"
      ? this.inside("proxy", "nft", ["-s", "list", "ruleset"]).text
      : this.inside("proxy", "sh", ["-c", "iptables-save | grep -v ^# | sed 's/\\[.*//'"]).text;
  }

  /** The address that `to` sees, or undefined where nothing comes back. */
  seen(to: string, options: { from?: string; place?: Place } = {}): string | undefined {
    const args = ["-s", "-m", "1", ...(options.from ? ["--interface", options.from] : []), `http://${to}/`];
    const { code, text } = this.inside(options.place ?? "client", "curl", args);
    return code === 0 ? text : undefined;
  }

  #name(place: Place): string {
    return `${this.#prefix}-${place}`;
  }

  #link(device: string, place: Place): void {
    const proxy = ["link", "add", device, "netns", this.#name("proxy")];
    const other = ["type", "veth", "peer", "name", "eth0", "netns", this.#name(place)];
    execFileSync("ip", [...proxy, ...other]);
    this.must("proxy", `ip link set ${device} up`);
    this.must(place, "ip link set eth0 up");
  }
}
