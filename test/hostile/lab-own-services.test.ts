/** A client tries the proxy's own services, which the security group for passing traffic opens to it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { inside, seenAs } from "../lab/clients.ts";
import { gatewayFile } from "../lab/gateway-file.ts";
import { upFrom } from "../lab/own-scenario.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { cloudState, hostState, labCloud } from "../lab/world-state.ts";

const proxy = "ecs-proxy";

/** The proxy lets 8081 in for the subnet, 8082 for one server's group, and SSH for everybody. */
const scenario = (image: string) => `description: A proxy with services of its own.
vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets: [{ name: subnet-app, cidr: 192.168.125.0/24 }, { name: subnet-other, cidr: 192.168.126.0/24 }]
securityGroups:
  - name: sg-clients
    rules:
      - { direction: in, from: 0.0.0.0/0 }
      - { direction: out }
  - name: sg-trusted
    rules:
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
  - name: sg-proxy
    rules:
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
      - { direction: in, protocol: tcp, ports: 8081, from: 192.168.125.0/24 }
      - { direction: in, protocol: tcp, ports: 8082, from: sg-trusted }
      - { direction: in, protocol: tcp, ports: 8083, from: 192.168.126.0/24 }
      - { direction: out }
servers:
  - { name: ${proxy}, kind: machine, image: ${image}, subnet: subnet-app, ip: 192.168.125.4, eip: 203.0.113.10, securityGroups: [sg-proxy] }
  - { name: ecs-app, subnet: subnet-app, ip: 192.168.125.11, securityGroups: [sg-clients] }
  - { name: ecs-trusted, subnet: subnet-app, ip: 192.168.125.12, securityGroups: [sg-clients, sg-trusted] }
  - { name: ecs-other, subnet: subnet-other, ip: 192.168.126.11, securityGroups: [sg-clients] }
`;

/** Answers on these ports until it is killed with its shell. */
const ports = [8080, 8081, 8082, 8083, 8084];
const service = `use IO::Socket::INET; use IO::Select;
my @all = map { IO::Socket::INET->new(LocalPort => $_, Listen => 9, ReuseAddr => 1) or die } (${ports.join(", ")});
my $select = IO::Select->new(@all);
while (my @ready = $select->can_read) {
  for (@ready) { my $c = $_->accept or next; sysread($c, my $got, 999); print $c "HTTP/1.0 200 OK\\r\\n\\r\\n" . $_->sockport; close $c; }
}`;

describe.each([
  { image: "debian", backend: "nftables" },
  { image: "sysv", backend: "iptables" },
])("by $backend", ({ image }) => {
  const lab = `services-${image}`;
  const file = gatewayFile();
  const where = ["--file", file.path, "--lab", lab];
  const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, proxy) });
  let start: unknown;

  beforeAll(async () => {
    await upFrom(scenario(image), lab);
    await inside(lab, proxy, "sh", "-c", `nohup setsid perl -e '${service}' >/dev/null 2>&1 </dev/null & :`);
    await inside(
      lab,
      proxy,
      "sh",
      "-c",
      "for i in $(seq 100); do grep -q ':1F94 ' /proc/net/tcp && exit; sleep 0.1; done",
    );
    start = await state();
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
    file.remove();
  });

  const reached = async (server: string): Promise<readonly number[]> => {
    const answers = await Promise.all(
      ports.map((port) => inside(lab, server, "curl", "-sS", "-m", "1", `http://192.168.125.4:${port}/`)),
    );
    return ports.filter((_, at) => answers[at]?.code === 0);
  };
  const pings = async (server: string) =>
    (await inside(lab, server, "ping", "-c", "1", "-W", "1", "192.168.125.4")).code === 0;
  const settled = async () => expect((await wayout("plan", ...where)).code).toBe(0);
  const before = { "ecs-app": [8081], "ecs-trusted": [8081, 8082], "ecs-other": [8083] };
  const all = async () => ({
    "ecs-app": await reached("ecs-app"),
    "ecs-trusted": await reached("ecs-trusted"),
    "ecs-other": await reached("ecs-other"),
  });

  test("what could be reached before stays reachable, and nothing else becomes so", async () => {
    expect(await all()).toEqual(before);
    expect(await pings("ecs-app")).toBe(false);
    const plan = await wayout("plan", ...where);
    expect(plan.stdout).toMatch(
      /itself: tcp 22 from 192\.168\.125\.0\/24; tcp 8081 from 192\.168\.125\.0\/24; tcp 8082 from 192\.168\.125\.12\/32; everything else there is closed/,
    );
    await must("apply", "--yes", ...where);
    expect(await all()).toEqual(before);
    expect(await pings("ecs-app")).toBe(false);
    expect(await seenAs(lab, "ecs-app")).toBe("203.0.113.10");
    await settled();
  });

  test("a rule that is added to the gateway's group opens the service on the host with the next apply", async () => {
    const cloud = await labCloud(lab);
    const group = (await cloud.securityGroups()).find(({ name }) => name === `wayout-egress-${proxy}`);
    const rule = {
      direction: "ingress" as const,
      ethertype: "IPv4" as const,
      protocol: "tcp",
      portMin: 8084,
      portMax: 8084,
      remoteCidr: "192.168.125.11/32",
      remoteGroupId: null,
      description: "by hand",
    };
    await cloud.addSecurityGroupRule(group?.id ?? "", rule);
    expect(await reached("ecs-app")).toEqual([8081]);
    expect((await wayout("plan", ...where)).stdout).toContain("tcp 8084 from 192.168.125.11/32)");
    await must("apply", "--yes", ...where);
    expect(await reached("ecs-app")).toEqual([8081, 8084]);
    expect(await reached("ecs-trusted")).toEqual([8081, 8082]);
    await settled();
    const added = (await cloud.securityGroup(group?.id ?? ""))?.rules.find(({ portMin }) => portMin === 8084);
    await cloud.deleteSecurityGroupRule(added?.id ?? "");
    await must("apply", "--yes", ...where);
    expect(await reached("ecs-app")).toEqual([8081]);
  });

  test("open opens everything, closed leaves SSH, keep brings back what was", async () => {
    file.write({ ownServices: "open" });
    await must("apply", "--yes", ...where);
    expect(await reached("ecs-app")).toEqual(ports);
    expect(await pings("ecs-app")).toBe(true);
    file.write({ ownServices: "closed" });
    await must("apply", "--yes", ...where);
    expect(await reached("ecs-app")).toEqual([]);
    expect((await inside(lab, "ecs-app", "bash", "-c", "exec 3<>/dev/tcp/192.168.125.4/22")).code).toBe(0);
    await settled();
    file.write({});
    await must("apply", "--yes", ...where);
    expect(await all()).toEqual(before);
    await settled();
  });

  test("undo leaves nothing of it", async () => {
    await must("undo", "--yes", ...where);
    expect(await state()).toEqual(start);
    expect(await all()).toEqual(before);
  });
});
