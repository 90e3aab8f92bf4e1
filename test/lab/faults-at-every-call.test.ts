/**
 * The cloud fails at a call of apply and of undo: each run ends in success or in a clear error, and the next one converges.
 * In `npm test` a sample of the calls; all of them, with every fault, once and lasting, with WAYOUT_FAULTS=all, so many
 * of these at each gateway with a number, or some from the middle with two: 400-800.
 */
import { afterAll, beforeAll, describe, test } from "vitest";
import { gatewayFile } from "./gateway-file.ts";
import { upFrom } from "./own-scenario.ts";
import { sweep, wanted } from "./sweep/sweep.ts";
import { must, wayout } from "./wayout-command.ts";

const lab = "test-faults-calls";
const timeout = 7_200_000;
const file = gatewayFile();
const ownScenario = `description: A proxy with an EIP, and one without.
vpcs:
  - name: vpc-demo
    cidr: 192.168.0.0/16
    subnets: [{ name: subnet-app, cidr: 192.168.125.0/24 }]
  - name: vpc-bare
    cidr: 10.1.0.0/16
    subnets: [{ name: subnet-bare, cidr: 10.1.1.0/24 }]
securityGroups:
  - name: sg-demo
    rules:
      - { direction: in, protocol: tcp, ports: 22, from: 0.0.0.0/0 }
      - { direction: out }
servers:
  - { name: ecs-proxy, kind: machine, subnet: subnet-app, eip: 203.0.113.10, securityGroups: [sg-demo] }
  - { name: ecs-app, subnet: subnet-app, securityGroups: [sg-demo] }
  - { name: ecs-bare, kind: machine, subnet: subnet-bare, securityGroups: [sg-demo] }
  - { name: ecs-bare-app, subnet: subnet-bare, securityGroups: [sg-demo] }
`;

const demo = { name: "egress", vpc: "vpc-demo", proxies: ["ecs-proxy"], subnets: ["subnet-app"] };

afterAll(() => file.remove());

describe("Open Telekom Cloud", () => {
  beforeAll(() => upFrom(ownScenario, lab));
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
  });

  const bare = {
    name: "egress",
    vpc: "vpc-bare",
    proxies: ["ecs-bare"],
    subnets: ["subnet-bare"],
    publicIp: "allocate",
    routeTable: "own",
    securityGroup: "add",
  };
  test.each([
    ["the manual's gateway", demo],
    ["a new EIP, a route table of its own and a group beside the others", bare],
  ])("%s: whichever call the cloud fails at, nothing is lost", { timeout }, async (says, gateway) => {
    await sweep(lab, file, says, [gateway]);
  });
});

// Too long for every run of the tests.
describe.runIf(wanted !== "").each([
  [
    "a router's route, and a subnet's gateway, on plain OpenStack",
    "openstack",
    [
      { name: "inside", vpc: "router-inside", proxies: ["ecs-between"], subnets: ["subnet-inside"] },
      { name: "alone", vpc: "subnet-alone", proxies: ["ecs-beside"], subnets: ["subnet-alone"] },
    ],
  ],
  ["Huawei Cloud", "huawei", [demo]],
  ["a pair", "pair", [{ ...demo, proxies: ["ecs-proxy-1", "ecs-proxy-2"] }]],
])("%s", (says, scenario, gateways) => {
  beforeAll(async () => {
    await must("lab", "up", scenario, "--name", lab);
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
  });

  test("whichever call the cloud fails at, nothing is lost", { timeout }, async () => {
    await sweep(lab, file, says, gateways);
  });
});
