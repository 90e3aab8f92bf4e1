import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Problem } from "../../report/problem.ts";
import { builtInScenarios, parseScenario, readScenario } from "./read.ts";

/** A scenario that is right but for what a case replaces in it. */
const right = `vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets:
      - { name: subnet-app, cidr: 192.168.125.0/24 }
      - { name: subnet-other, cidr: 192.168.126.0/24 }
    routeTables:
      - { name: rtb-own, subnets: [subnet-other], routes: [{ destination: 0.0.0.0/0, nextHop: ecs-proxy }] }
securityGroups:
  - name: sg-demo
    rules:
      - { direction: in, protocol: tcp, ports: 22, from: sg-demo }
servers:
  - { name: ecs-proxy, kind: machine, subnet: subnet-app, ip: 192.168.125.4, eip: 203.0.113.10 }
  - { name: ecs-app, count: 3, subnet: subnet-app, securityGroups: [sg-demo] }
publicIps: [203.0.113.20]
`;

interface Case {
  readonly mistake: string;
  readonly replace: readonly [string, string];
  readonly code?: string;
  readonly says: string;
}

const broken: readonly Case[] = [
  {
    mistake: "an unknown key",
    replace: ["servers:\n", "serves: []\nservers:\n"],
    code: "lab/invalid",
    says: 'f.yaml:13:1: unknown key "serves"; did you mean servers?',
  },
  {
    mistake: "an unknown key inside a server",
    replace: ["kind: machine", "kidn: machine"],
    code: "lab/invalid",
    says: 'f.yaml:14:24: servers[0]: unknown key "kidn"; did you mean kind?',
  },
  {
    mistake: "a kind that does not exist",
    replace: ["kind: machine", "kind: container"],
    code: "lab/invalid",
    says: "f.yaml:14:30: servers[0].kind: must be machine or light",
  },
  {
    mistake: "a text where a list is expected",
    replace: ["publicIps: [203.0.113.20]", "publicIps: 203.0.113.20"],
    code: "lab/invalid",
    says: "f.yaml:16:12: publicIps: expected a list, found text",
  },
  {
    mistake: "no subnet for a server",
    replace: ["machine, subnet: subnet-app", "machine"],
    code: "lab/invalid",
    says: "f.yaml:14:5: servers[0].subnet: missing (expected text)",
  },
  {
    mistake: "a server's name that is no host name",
    replace: ["name: ecs-proxy, kind", "name: ECS_proxy, kind"],
    code: "lab/invalid",
    says: "f.yaml:14:13: servers[0].name: must be 1 to 51 of a-z, 0-9 and -, beginning with a letter",
  },
  {
    mistake: "a subnet's name that no subnet has",
    replace: ["machine, subnet: subnet-app", "machine, subnet: subnet-ap"],
    says: "f.yaml:14:47: no subnet subnet-ap; did you mean subnet-app?",
  },
  {
    mistake: "a security group's name that no group has",
    replace: ["securityGroups: [sg-demo]", "securityGroups: [sg-dmeo]"],
    says: "f.yaml:15:69: no security group sg-dmeo; did you mean sg-demo?",
  },
  {
    mistake: "a rule's peer that is neither range nor group",
    replace: ["from: sg-demo", "from: sg-demi"],
    says: "f.yaml:12:58: sg-demi is neither an IPv4 range nor a security group; did you mean sg-demo?",
  },
  {
    mistake: "a rule for `in` with a destination",
    replace: ["from: sg-demo", "to: sg-demo"],
    code: "lab/invalid",
    says: "f.yaml:12:56: securityGroups[0].rules[0].to: a rule for `in` has `from`, not `to`",
  },
  {
    mistake: "ports that end before they begin",
    replace: ["ports: 22", 'ports: "90-80"'],
    says: "f.yaml:12:48: 90-80 are no ports",
  },
  {
    mistake: "a range with host bits",
    replace: ["cidr: 192.168.0.0/16", "cidr: 192.168.1.0/16"],
    code: "lab/invalid",
    says: "f.yaml:3:11: vpcs[0].cidr: 192.168.1.0/16 has host bits set; did you mean 192.168.0.0/16?",
  },
  {
    mistake: "an IPv6 range",
    replace: ["cidr: 192.168.0.0/16", "cidr: fd00::/48"],
    code: "lab/invalid",
    says: "f.yaml:3:11: vpcs[0].cidr: fd00::/48 is not an IPv4 range like 192.168.0.0/16",
  },
  {
    mistake: "a subnet outside its VPC",
    replace: ["cidr: 192.168.126.0/24", "cidr: 10.0.0.0/24"],
    says: "f.yaml:6:37: 10.0.0.0/24 is not inside vpc-demo (192.168.0.0/16)",
  },
  {
    mistake: "subnets that overlap",
    replace: ["cidr: 192.168.126.0/24", "cidr: 192.168.125.128/25"],
    says: "f.yaml:6:37: 192.168.125.128/25 overlaps subnet-app (192.168.125.0/24)",
  },
  {
    mistake: "two subnets of one name",
    replace: ["name: subnet-other, cidr", "name: subnet-app, cidr"],
    says: "f.yaml:6:17: two subnets are called subnet-app",
  },
  {
    mistake: "an address outside the subnet",
    replace: ["ip: 192.168.125.4", "ip: 192.168.1.4"],
    says: "f.yaml:14:63: 192.168.1.4 is not inside subnet-app (192.168.125.0/24)",
  },
  {
    mistake: "the gateway's address for a server",
    replace: ["ip: 192.168.125.4", "ip: 192.168.125.1"],
    says: "f.yaml:14:63: 192.168.125.1 is not a server's: network, gateway and broadcast of subnet-app",
  },
  {
    mistake: "one address for three servers",
    replace: ["count: 3,", "count: 3, ip: 192.168.125.9,"],
    says: "f.yaml:15:36: 3 servers cannot share one address",
  },
  {
    mistake: "more servers in one entry than a lab has room for",
    replace: ["count: 3", "count: 100000"],
    code: "lab/invalid",
    says: "f.yaml:15:29: servers[1].count: must be at most 500",
  },
  {
    mistake: "two servers of one name",
    replace: ["name: ecs-app, count: 3", "name: ecs-proxy"],
    says: "f.yaml:15:13: two servers are called ecs-proxy",
  },
  {
    mistake: "an EIP that is not the lab's",
    replace: ["eip: 203.0.113.10", "eip: 80.158.1.1"],
    says: "f.yaml:14:83: 80.158.1.1 is not one of the lab's EIPs (203.0.113.0/24)",
  },
  {
    mistake: "an EIP that is used twice",
    replace: ["publicIps: [203.0.113.20]", "publicIps: [203.0.113.10]"],
    says: "f.yaml:16:13: 203.0.113.10 is used twice",
  },
  {
    mistake: "an old image without an init",
    replace: ["kind: machine", "image: sysv"],
    says: "f.yaml:14:31: a light server has no init, so no image sysv",
  },
  {
    mistake: "a route to a server that is not there",
    replace: ["nextHop: ecs-proxy", "nextHop: ecs-prxy"],
    says: "f.yaml:8:95: no server ecs-prxy; did you mean ecs-proxy?",
  },
  {
    mistake: "a route table for another VPC's subnet",
    replace: ["subnets: [subnet-other]", "subnets: [subnet-others]"],
    says: "f.yaml:8:36: no subnet subnet-others in vpc-demo; did you mean subnet-other?",
  },
  {
    mistake: "a route to where the VPC goes by itself",
    replace: ["destination: 0.0.0.0/0", "destination: 192.168.125.0/25"],
    says: "f.yaml:8:60: The route destination 192.168.125.0/25 is inside a system route.",
  },
  {
    mistake: "two routes to one destination",
    replace: ["nextHop: ecs-proxy }", "nextHop: ecs-proxy }, { destination: 0.0.0.0/0, nextHop: ecs-proxy }"],
    says: "f.yaml:8:108: The route destination 0.0.0.0/0 already exists",
  },
  {
    mistake: "a VPC of the whole Internet",
    replace: ["cidr: 192.168.0.0/16", "cidr: 0.0.0.0/0"],
    says: "f.yaml:3:11: 0.0.0.0/0 cannot be a VPC's range",
  },
  {
    mistake: "a VPC of multicast addresses",
    replace: ["cidr: 192.168.0.0/16", "cidr: 224.0.0.0/4"],
    says: "f.yaml:3:11: 224.0.0.0/4 cannot be a VPC's range",
  },
  {
    mistake: "more servers than a subnet has addresses",
    replace: ["count: 3", "count: 251"],
    says: "f.yaml:15:29: 252 servers do not fit into subnet-app (192.168.125.0/24), which has 251 addresses for them",
  },
  {
    mistake: "ports of ICMP",
    replace: ["protocol: tcp", "protocol: icmp"],
    says: "f.yaml:12:49: a rule for icmp has no ports",
  },
  {
    mistake: "ports of no protocol",
    replace: ["protocol: tcp, ", ""],
    says: "f.yaml:12:33: a rule for any protocol has no ports",
  },
  {
    mistake: "a fault that does not exist",
    replace: ["publicIps:", "faults: [nope]\npublicIps:"],
    says: "f.yaml:16:10: no fault nope;",
  },
  {
    mistake: "a fault that cannot be made so",
    replace: ["publicIps:", "faults: [token, mtu 10]\npublicIps:"],
    says: "f.yaml:16:17: this fault cannot be made so: 10 is not a size from 576 to 1500",
  },
  {
    mistake: "a fault of a server that is not there",
    replace: ["publicIps:", "faults: [cable ecs-prox]\npublicIps:"],
    says: "f.yaml:16:10: no server ecs-prox in this lab; did you mean ecs-proxy?",
  },
  {
    mistake: "text that is not YAML",
    replace: ["publicIps: [", "publicIps: [["],
    code: "lab/yaml",
    says: "f.yaml:16:12: not YAML: [ is not closed",
  },
  {
    mistake: "a key twice",
    replace: ["publicIps:", "vpcs: []\npublicIps:"],
    code: "lab/yaml",
    says: "f.yaml:16:1: not YAML: Map keys must be unique",
  },
];

describe("a broken scenario is refused with place and hint", () => {
  test.each(broken)("$mistake", async ({ replace: [old, wrong], code, says }) => {
    expect(right).toContain(old);
    const problem = await refusal(() => parseScenario(right.replace(old, wrong), "f.yaml"));
    expect(problem.summary).toContain(says);
    expect(problem.code).toBe(code ?? "lab/scenario");
    expect(problem.hint).toBeTruthy();
  });

  test("a YAML bomb is not expanded", async () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? "a0: &a0 [x, x, x, x, x, x, x, x]"
        : `a${level}: &a${level} [${`*a${level - 1}, `.repeat(8)}]`,
    );
    expect((await refusal(() => parseScenario(levels.join("\n"), "f.yaml"))).code).toBe("lab/yaml");
  });

  test("a huge file is refused before it is read", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wayout-scenario-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "huge.yaml");
    writeFileSync(path, `description: ${"x".repeat(1024 * 1024)}\n`);
    expect((await refusal(() => readScenario(path))).code).toBe("lab/too-large");
  });

  test("a name that no built-in scenario has names the nearest", async () => {
    expect((await refusal(() => readScenario("manul"))).summary).toBe(
      "no scenario manul; did you mean manual?",
    );
  });

  test("a path that is not there says so", async () => {
    expect((await refusal(() => readScenario("./no-such.yaml"))).code).toBe("lab/no-scenario");
  });
});

describe("a scenario", () => {
  test("gets its defaults", async () => {
    const scenario = await parseScenario(right, "f.yaml");
    expect(scenario.servers[1]).toEqual({
      moreNics: [],
      name: "ecs-app",
      kind: "light",
      image: "debian",
      subnet: "subnet-app",
      eip: false,
      securityGroups: ["sg-demo"],
      count: 3,
      keyed: true,
    });
  });

  test.each(builtInScenarios())("%s that comes with Wayout is right", async (name) => {
    expect((await readScenario(name)).scenario.description).not.toBe("");
  });
});

async function refusal(work: () => Promise<unknown>): Promise<Problem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
