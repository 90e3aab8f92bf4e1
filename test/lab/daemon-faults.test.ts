/** Every fault breaks something that can be seen, and mending it brings it back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { placesOf } from "../../src/lab/client/places.ts";
import { labStatusSchema } from "../../src/lab/client/status.ts";
import { internetHosts } from "../../src/lab/state.ts";
import { openApi } from "./lab-api.ts";
import { type Ended, must, run, wayout } from "./wayout-command.ts";

const name = "test-faults";

beforeAll(async () => {
  await must("lab", "up", "--name", name);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", name);
});

/** Works, does not while it is broken, and works again. */
async function breaksAndMends(words: readonly string[], works: () => Promise<boolean>): Promise<void> {
  expect(await works(), "before").toBe(true);
  await must("lab", "break", "--name", name, ...words);
  const { faults } = labStatusSchema.parse(JSON.parse(await must("lab", "status", "--name", name, "--json")));
  expect(faults.map(({ id }) => id)).toEqual([words.join(" ")]);
  expect(await works(), "broken").toBe(false);
  await must("lab", "mend", "--name", name, ...words);
  expect(await works(), "mended").toBe(true);
}

async function inside(server: string, script: string): Promise<Ended> {
  return await wayout("lab", "exec", "--name", name, server, "--", "sh", "-c", script);
}

async function logsIn(...to: readonly string[]): Promise<boolean> {
  const { sshConfig } = placesOf(name);
  return (await run("ssh", "-F", sshConfig, "-o", "ConnectTimeout=2", ...to, "true")).code === 0;
}

const proxyLogin = ["203.0.113.10"];
const clientLogin = ["-J", "root@203.0.113.10", "192.168.125.11"];

describe("a fault of the network", () => {
  test("cable: nobody reaches the server", async () => {
    await breaksAndMends(["cable", "ecs-proxy"], () => logsIn(...proxyLogin));
  });

  test("power: the server is gone, and boots again with its disk", async () => {
    expect((await inside("ecs-proxy", "echo kept > /root/kept; sync")).code).toBe(0);
    await breaksAndMends(["power", "ecs-proxy"], () => logsIn(...proxyLogin));
    expect((await inside("ecs-proxy", "cat /root/kept")).stdout).toBe("kept\n");
  });

  test("deaf: one way only", async () => {
    const hears = async (): Promise<boolean> =>
      (await inside("ecs-proxy", "ping -c 1 -W 1 192.168.125.11")).code === 0;
    await breaksAndMends(["deaf", "ecs-proxy", "ecs-app-1"], hears);
  });

  test("mtu: packets above the limit are answered with the limit", async () => {
    const passes = async (): Promise<boolean> =>
      (await inside("ecs-proxy", `ip route flush cache; ping -M do -s 1300 -c 1 -W 1 ${internetHosts.site}`))
        .code === 0;
    await breaksAndMends(["mtu", "1000"], passes);
  });

  test("mtu --blackhole: packets above the limit vanish", async () => {
    const passes = async (): Promise<boolean> => {
      const { code, stdout } = await inside(
        "ecs-proxy",
        `ping -M do -s 1300 -c 1 -W 1 ${internetHosts.other}`,
      );
      expect(stdout).not.toContain("Frag needed");
      return code === 0;
    };
    await breaksAndMends(["mtu", "1000", "--blackhole"], passes);
  });

  test("a second mtu is refused while there is one", async () => {
    await must("lab", "break", "--name", name, "mtu", "1000");
    expect((await wayout("lab", "break", "--name", name, "mtu", "1400")).stderr).toContain(
      "broken already: mtu 1000",
    );
    await must("lab", "mend", "--name", name, "mtu");
  });
});

describe("a fault of a server", () => {
  test.each([
    ["ecs-proxy", proxyLogin],
    ["ecs-app-1", clientLogin],
  ])("sshd: %s takes no new login", async (server, login) => {
    await breaksAndMends(["sshd", server], () => logsIn(...login));
  });

  test.each(["ufw", "firewalld", "docker"])("firewall: %s drops what the proxy forwards", async (kind) => {
    // A namespace inside the proxy stands for a client: its packets are forwarded and come back.
    const forwards = async (): Promise<boolean> => {
      const { code } = await inside(
        "ecs-proxy",
        `mkdir -p /run/netns; ip netns add c && ip link add c0 type veth peer name c1 netns c
         ip addr add 10.9.9.1/24 dev c0; ip link set c0 up; echo 1 >/proc/sys/net/ipv4/ip_forward
         ip -n c addr add 10.9.9.2/24 dev c1; ip -n c link set c1 up; ip -n c route add default via 10.9.9.1
         nft 'table ip c { chain p { type nat hook postrouting priority 90; ip saddr 10.9.9.0/24 masquerade; }; }'
         ip netns exec c ping -c 1 -W 1 ${internetHosts.site}; code=$?
         nft delete table ip c; ip netns del c; exit $code`,
      );
      return code === 0;
    };
    const rules = async (): Promise<string> => (await inside("ecs-proxy", "nft list ruleset")).stdout;
    expect(await forwards()).toBe(true);
    const before = await rules();
    await must("lab", "break", "--name", name, "firewall", "ecs-proxy", kind);
    expect(await forwards()).toBe(false);
    await must("lab", "mend", "--name", name, "firewall", "ecs-proxy", kind);
    expect(await forwards()).toBe(true);
    expect(await rules()).toBe(before);
  });

  test("a fault that a reboot took away can be mended all the same", async () => {
    await must("lab", "break", "--name", name, "firewall", "ecs-proxy", "ufw");
    await must("lab", "break", "--name", name, "sshd", "ecs-app-2");
    await Promise.all(
      ["ecs-proxy", "ecs-app-2"].map((server) => must("lab", "reboot", "--name", name, server)),
    );
    expect(await must("lab", "mend", "--name", name, "--all")).toContain("mended: ecs-proxy drops");
  });
});

describe("a fault of the cloud", () => {
  test("route: the table has somebody else's default route", async () => {
    const api = await openApi(name);
    const withoutDefault = async (): Promise<boolean> => {
      const tables = JSON.parse((await api.get("/v1/PROJECT/routetables")).body).routetables;
      const one = await api.get(`/v1/PROJECT/routetables/${tables[0].id}`);
      return !one.body.includes("0.0.0.0/0");
    };
    const proxyGoesOut = async (): Promise<boolean> =>
      (await inside("ecs-proxy", `ping -c 1 -W 1 ${internetHosts.site}`)).code === 0;
    await breaksAndMends(["route", "subnet-app"], async () => {
      // An EIP goes before the route.
      expect(await proxyGoesOut()).toBe(true);
      return await withoutDefault();
    });
  });

  test("check: what others opened is closed again", async () => {
    const api = await openApi(name);
    const { ports } = JSON.parse((await api.get("/v2.0/ports")).body);
    const { id } = ports.find((port: { fixed_ips: { ip_address: string }[] }) =>
      port.fixed_ips.some(({ ip_address }) => ip_address === "192.168.125.4"),
    );
    const pairs = { port: { allowed_address_pairs: [{ ip_address: "1.1.1.1/0" }] } };
    expect((await api.put(`/v2.0/ports/${id}`, pairs)).status).toBe(200);
    const open = async (): Promise<boolean> =>
      (await api.get(`/v2.0/ports/${id}`)).body.includes("1.1.1.1/0");
    await breaksAndMends(["check", "ecs-proxy"], open);
  });

  test("token: the old one ends, a new one is given", async () => {
    const api = await openApi(name);
    expect((await api.get("/v2.0/ports")).status).toBe(200);
    expect(await must("lab", "break", "--name", name, "token")).toContain(
      "it ends by itself with the next API call",
    );
    expect((await api.get("/v2.0/ports")).status).toBe(401);
    expect((await (await openApi(name)).get("/v2.0/ports")).status).toBe(200);
    const { faults } = labStatusSchema.parse(
      JSON.parse(await must("lab", "status", "--name", name, "--json")),
    );
    expect(faults).toEqual([]);
    expect(await must("lab", "mend", "--name", name, "token")).toContain("it has ended by itself");
  });

  test.each([
    ["500", 500],
    ["429", 429],
    ["reset", 0],
    ["lost", 0],
    ["timeout", 0],
  ])("api --status %s: one path fails as often as asked, others work", async (status, seen) => {
    const api = await openApi(name);
    const after = status === "429" ? ["--retry-after", "3"] : [];
    const words = ["api", "--status", status, "--count", "2", "--path", "/v2.0/ports", ...after];
    await must("lab", "break", "--name", name, ...words);
    expect((await api.get("/v2.0/networks")).status).toBe(200);
    const failed = await api.get("/v2.0/ports");
    expect(failed.status).toBe(seen);
    if (status === "429") expect(failed.retryAfter).toBe("3");
    expect((await api.get("/v2.0/ports")).status).toBe(seen);
    expect((await api.get("/v2.0/ports")).status).toBe(200);
  });
});
