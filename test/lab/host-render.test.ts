/** The rendered script, run by hand on real machines: it works, lasts, may be repeated, and takes itself back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderShellScript } from "../../src/host/render/shell-script.ts";
import { writeText } from "../../src/host/script.ts";
import { sourceNat } from "../../src/steps/host/source-nat.ts";
import { HostBench, proxy } from "./host-bench.ts";
import { must } from "./wayout-command.ts";

describe.each(["manual", "manual-sysv"])("in the lab %s", (scenario) => {
  let bench: HostBench;
  beforeAll(async () => {
    bench = await HostBench.up(scenario, `render-${scenario}`);
  });
  afterAll(() => bench.down());

  test("the script makes the host a way out, again after a boot, and undo leaves nothing", async () => {
    const start = await bench.state();
    const script = renderShellScript({ ...bench.want });
    const by = (word: string) =>
      bench.onProxy(`${writeText("/tmp/by-hand", script)}\nsh /tmp/by-hand ${word}; rm /tmp/by-hand`);
    expect(await by("")).toContain("eth0 -> eth0, as 192.168.125.4");
    const once = await bench.state();
    await by("apply");
    expect(await bench.state()).toBe(once);
    await must("lab", "reboot", proxy, "--name", bench.lab);
    // sshd may answer before the last boot script has run.
    await bench.onProxy(
      "for i in $(seq 100); do grep -q 1 /proc/sys/net/ipv4/ip_forward && exit 0; sleep 0.1; done; exit 1",
    );
    expect(await bench.observe(sourceNat)).toMatchObject({
      is: "ours",
      have: {
        entryEnabled: true,
        rules: { intact: true },
        sysctl: { "net.ipv4.conf.eth0.send_redirects": "0" },
      },
    });
    await by("undo");
    expect(await bench.state()).toBe(start);
  });
});
