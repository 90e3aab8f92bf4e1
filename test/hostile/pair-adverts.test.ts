/**
 * Adverts that keepalived refuses, and signatures that it cannot make: with the keepalived of Debian, which is older than
 * 2.4, and packets from the other proxy's own address, which only a fabric without its check lets through.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { pairPaths } from "../../src/host/pair/paths.ts";
import { signingConf, signingPaths } from "../../src/host/pair/signing.ts";
import { inside } from "../lab/clients.ts";
import { gatewayFile } from "../lab/gateway-file.ts";
import { trafficDuring } from "../lab/pair-traffic.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { labCloud } from "../lab/world-state.ts";

const lab = "test-pair-adverts";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const address: Readonly<Record<string, string>> = {
  "ecs-proxy-1": "192.168.125.4",
  "ecs-proxy-2": "192.168.125.5",
};
const poll = { timeout: 60_000, interval: 300 };
const on = (server: string, script: string) => inside(lab, server, "sh", "-c", script);

const statusSchema = z.object({
  gateways: z.array(
    z.object({
      pair: z.object({
        active: z.string().nullable(),
        standby: z.string().nullable(),
        inSync: z.boolean(),
        signed: z.boolean().nullable(),
        reason: z.string(),
      }),
    }),
  ),
});

async function status() {
  const { gateways } = statusSchema.parse(JSON.parse(await must("status", "--json", ...where)));
  const [gateway] = gateways;
  if (!gateway) throw new Error("no gateway");
  return gateway.pair;
}

async function roles(): Promise<{ active: string; standby: string }> {
  await expect.poll(async () => (await status()).reason, poll).toBe("");
  const { active, standby } = await status();
  if (active === null || standby === null) throw new Error("the pair is not whole");
  return { active, standby };
}

/** VRRPv3 with a wrong checksum, every 20 ms, from an address that is not the sender's. */
const forge = `
use Socket;
my ($from, $to, $id, $count) = @ARGV;
socket(my $socket, AF_INET, SOCK_RAW, 255) or die "socket: $!";
setsockopt($socket, 0, 3, pack('i', 1)) or die "header: $!";
my $advert = pack('CCCCnn', 0x31, $id, 255, 1, 5, 0xdead) . inet_aton("127.112.0.$id");
my $header = pack('CCnnnCCn', 0x45, 0xc0, 20 + length $advert, 1, 0, 255, 112, 0);
my $packet = $header . inet_aton($from) . inet_aton($to) . $advert;
for (1 .. $count) {
  send($socket, $packet, 0, sockaddr_in(0, inet_aton($to))) or die "send: $!";
  select(undef, undef, undef, 0.02);
}
`;

beforeAll(async () => {
  file.write({ proxies: "[ecs-proxy-1, ecs-proxy-2]", publicIp: "203.0.113.20" });
  await must("lab", "up", "pair", "--name", lab);
  await must("apply", "--yes", ...where);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

test("adverts that are refused do not silence the active proxy: nothing moves", async () => {
  const { active, standby } = await roles();
  const cloud = await labCloud(lab);
  const sender = (await cloud.servers()).find(({ name }) => name === "ecs-app-1");
  const [nic] = await cloud.nics({ serverId: sender?.id ?? "" });
  await cloud.setAddressPairs(nic?.id ?? "", [{ ip_address: "1.1.1.1/0" }]);
  const id =
    /virtual_router_id (\d+)/.exec((await on(active, `cat ${pairPaths.keepalived}`)).stdout)?.[1] ?? "";
  const rolesSince = async () => [
    await on(active, "cat /run/wayout-pair/role"),
    await on(standby, "cat /run/wayout-pair/role"),
  ];
  const before = await rolesSince();
  const traffic = await trafficDuring(lab, "ecs-app-2", 100, async () => {
    const sent = await Promise.all(
      [active, standby].map((to) => {
        const from = to === active ? standby : active;
        return inside(
          lab,
          "ecs-app-1",
          "perl",
          "-e",
          forge,
          address[from] ?? "",
          address[to] ?? "",
          id,
          "200",
        );
      }),
    );
    for (const each of sent) expect(each, each.stderr).toMatchObject({ code: 0 });
  });
  expect(await rolesSince()).toEqual(before);
  expect(traffic).toMatchObject({ opened: 100, kept: 100, pingsLost: 0 });
  await cloud.setAddressPairs(nic?.id ?? "", []);
});

test("a keepalived that cannot sign where the pair's adverts are signed takes no part, until apply ends the signing", async () => {
  const { active, standby } = await roles();
  expect((await status()).signed).toBe(false);
  const sign = `umask 077
echo hex:${"5a".repeat(32)} > ${signingPaths.key}
cat > ${pairPaths.signing} <<'END'
${signingConf("enforce")}END
systemctl restart wayout-pair`;
  await must("lab", "exec", "--name", lab, standby, "--", "sh", "-c", sign);
  await expect
    .poll(async () => (await status()).reason, poll)
    .toContain("its keepalived cannot sign adverts, and those of the pair are signed");
  expect((await on(standby, "pgrep -x keepalived")).stdout).toBe("");
  expect(await status()).toMatchObject({ active, inSync: false });
  const plan = await wayout("plan", ...where);
  expect(plan.code).toBe(2);
  expect(plan.stdout).toContain("keepalived 2.2.7 cannot sign adverts (2.4 can)");
  await must("apply", "--yes", ...where);
  expect(await wayout("plan", ...where)).toMatchObject({ code: 0 });
  expect(await roles()).toEqual({ active, standby });
  expect((await on(standby, "ls /etc/wayout/pair")).stdout).not.toMatch(/^(key|signing\.conf|signed)$/m);
});
