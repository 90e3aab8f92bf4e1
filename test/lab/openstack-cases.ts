/** An `openstack` command does the manual's work in a lab's cloud; packets say whether it was done. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLab } from "../../src/lab/client/labs.ts";
import { inside, seenAs } from "./clients.ts";
import { type OpenstackCommand, openstackCommand } from "./openstack-command.ts";
import { upFrom } from "./own-scenario.ts";
import { wayout } from "./wayout-command.ts";
import { labCloud } from "./world-state.ts";

const scenario = `
vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets:
      - { name: subnet-app, cidr: 192.168.125.0/24 }
      - { name: subnet-proxy, cidr: 192.168.126.0/24 }
    routeTables:
      - { name: rtb-proxy, subnets: [subnet-proxy] }
securityGroups:
  - name: sg-open
    rules: [{ direction: in }, { direction: out }]
  - name: sg-out
    rules: [{ direction: out }]
servers:
  - { name: ecs-proxy, subnet: subnet-proxy, ip: 192.168.126.4, eip: 203.0.113.10, securityGroups: [sg-open] }
  - { name: ecs-app, subnet: subnet-app, ip: 192.168.125.11, securityGroups: [sg-open] }
  - { name: ecs-shut, subnet: subnet-app, ip: 192.168.125.12, securityGroups: [sg-out] }
`;
/** The cases as tests of the file that calls this, in a lab of the name. Debian's client unless a program is given. */
export function openstackCases(lab: string, program?: string): void {
  let openstack: OpenstackCommand;
  const portOf = async (server: string) =>
    (await openstack.must("port", "list", "--server", server, "-f", "value", "-c", "ID")).trim();
  const reaches = async (from: string, address: string) =>
    (await inside(lab, from, "ping", "-c", "1", "-W", "1", address)).code === 0;

  beforeAll(async () => {
    await upFrom(scenario, lab);
    openstack = await openstackCommand(lab, program);
  });
  afterAll(() => wayout("lab", "down", "--name", lab));

  test("token issue: the token opens the cloud", async () => {
    const { apiUrl, cloud } = await openLab(lab);
    expect(await openstack.json("token", "issue")).toMatchObject({ project_id: cloud.auth.project_id });
    const token = (await openstack.must("token", "issue", "-f", "value", "-c", "id")).trim();
    const answer = await fetch(`${apiUrl}/v2.0/networks`, { headers: { "x-auth-token": token } });
    expect(answer.status).toBe(200);
  });

  test("server list and show: names, addresses, flavor and image", async () => {
    const [list, shown, missing] = await Promise.all([
      openstack.json("server", "list"),
      openstack.json("server", "show", "ecs-proxy"),
      openstack.run("server", "show", "ecs-none"),
    ]);
    const light = { Status: "ACTIVE", Flavor: "s3.light.1", Image: "Standard_Debian_12" };
    expect(list).toHaveLength(3);
    expect(list).toEqual(
      expect.arrayContaining(
        ["ecs-app", "ecs-proxy", "ecs-shut"].map((name) => expect.objectContaining({ Name: name, ...light })),
      ),
    );
    expect(shown).toMatchObject({
      name: "ecs-proxy",
      status: "ACTIVE",
      security_groups: [{ name: "sg-open" }],
    });
    expect(Object.values(Object(shown).addresses)).toEqual([["192.168.126.4", "203.0.113.10"]]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining("ecs-none") });
  });

  test("network list, subnet list and router show: the VPC as Neutron sees it", async () => {
    const [networks, subnets, router] = await Promise.all([
      openstack.json("network", "list"),
      openstack.json("subnet", "list"),
      openstack.json("router", "show", "vpc-demo"),
    ]);
    const ranges = { "subnet-app": "192.168.125.0/24", "subnet-proxy": "192.168.126.0/24" };
    for (const [Name, Subnet] of Object.entries(ranges)) {
      expect(subnets).toContainEqual(expect.objectContaining({ Name, Subnet }));
      expect(networks).toContainEqual(expect.objectContaining({ Name, Subnets: [expect.any(String)] }));
    }
    expect(networks).toContainEqual(expect.objectContaining({ Name: "admin_external_net", Subnets: [] }));
    expect(router).toMatchObject({ name: "vpc-demo", status: "ACTIVE", routes: [] });
  });

  test("port set and router add route make a way out, and take it away", { timeout: 240_000 }, async () => {
    await inside(
      lab,
      "ecs-proxy",
      "sh",
      "-c",
      "sysctl -qw net.ipv4.ip_forward=1 && iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE",
    );
    const port = await portOf("ecs-proxy");
    const show = () => openstack.json("port", "show", port);
    expect(await show()).toMatchObject({ port_security_enabled: true, allowed_address_pairs: [] });

    const hop = "destination=0.0.0.0/0,gateway=192.168.126.4";
    const routed = await openstack.json("router", "add", "route", "--route", hop, "vpc-demo");
    expect(routed).toMatchObject({ routes: [{ destination: "0.0.0.0/0", nexthop: "192.168.126.4" }] });
    expect(await seenAs(lab, "ecs-app"), "the check is on").toBeUndefined();

    await openstack.must("port", "set", "--allowed-address", "ip-address=1.1.1.1/0", port);
    const pair = { ip_address: "1.1.1.1/0", mac_address: expect.any(String) };
    expect(await show()).toMatchObject({ allowed_address_pairs: [pair] });
    expect(await seenAs(lab, "ecs-app")).toBe("203.0.113.10");

    await openstack.must("port", "set", "--no-allowed-address", port);
    expect(await seenAs(lab, "ecs-app"), "the check is on again").toBeUndefined();

    await openstack.must("port", "set", "--no-security-group", "--disable-port-security", port);
    expect(await show()).toMatchObject({ port_security_enabled: false, security_group_ids: [] });
    expect(await seenAs(lab, "ecs-app")).toBe("203.0.113.10");
  });

  test("floating ip create, set, unset: a server comes by its own address, then not", async () => {
    const created = await openstack.json("floating", "ip", "create", "admin_external_net");
    expect(created).toMatchObject({
      port_id: null,
      floating_ip_address: expect.stringMatching(/^203\.0\.113\./),
    });
    const address = String(Object(created).floating_ip_address);
    expect(await seenAs(lab, "ecs-shut")).not.toBe(address);

    await openstack.must("floating", "ip", "set", "--port", await portOf("ecs-shut"), address);
    expect(await seenAs(lab, "ecs-shut")).toBe(address);

    await openstack.must("floating", "ip", "unset", "--port", address);
    expect(await seenAs(lab, "ecs-shut")).not.toBe(address);
    const unbound = { id: expect.any(String), address, name: "" };
    expect(await (await labCloud(lab)).publicIps()).toContainEqual(unbound);
  });

  test("security group rule create: what was shut is open, for whom it says", async () => {
    expect(await reaches("ecs-app", "192.168.125.12")).toBe(false);
    const words = ["--protocol", "icmp", "--remote-ip", "192.168.125.11/32", "sg-out"];
    const rule = await openstack.json("security", "group", "rule", "create", ...words);
    expect(rule).toMatchObject({
      direction: "ingress",
      remote_ip_prefix: "192.168.125.11/32",
      protocol: "icmp",
    });
    expect(await reaches("ecs-app", "192.168.125.12")).toBe(true);
    expect(await reaches("ecs-proxy", "192.168.125.12"), "from elsewhere").toBe(false);
  });
}
