import { expect, test } from "vitest";
import { parseSpec } from "../../spec/spec.ts";
import type { Candidate, Offer, OfferedSubnet } from "./offers.ts";
import { freeName, savedEips, specText } from "./spec-text.ts";

const subnetOf = (name: string, cidr: string, without: readonly string[]): OfferedSubnet => ({
  name,
  subnet: { id: `net-${name}`, name, vpcId: "vpc-1", cidr, gatewayIp: "", dns: [] },
  without,
});
const candidateOf = (name: string, last: number): Candidate => ({
  name,
  server: { id: name, name, status: "ACTIVE", vpcId: "vpc-1", addresses: [], securityGroupIds: [] },
  nic: {
    id: `nic-${name}`,
    name: "",
    serverId: name,
    subnetId: "net-app",
    ip: `192.168.125.${last}`,
    mac: "",
    owner: "",
    securityGroupIds: [],
    addressPairs: [],
  },
  subnet: subnetOf("subnet-app", "192.168.125.0/24", []).subnet,
  neighbourIn: ["net-subnet-app"],
  publicIp: { id: "eip", address: `203.0.113.${last}`, name: "" },
});
const app = subnetOf("subnet-app", "192.168.125.0/24", ["ecs-app-1", "ecs-app-2"]);
const empty = subnetOf("subnet-empty", "192.168.126.0/24", []);
const [one, two] = [candidateOf("ecs-proxy-1", 4), candidateOf("ecs-proxy-2", 5)];
const offer: Offer = {
  name: "vpc-demo",
  vpc: { id: "vpc-1", name: "vpc-demo", cidrs: ["192.168.0.0/16"], sharedSnat: false },
  candidates: [one, two],
  subnets: [app, empty],
  neighboursOnly: false,
  because: "",
};

test("the file explains itself, with what else could be chosen as comments", () => {
  const choice = { offer, proxies: [one], subnets: [app] };
  expect(savedEips(choice)).toBe(2);
  expect(specText("otc", "egress", choice)).toBe(`\
# A way out for 2 servers without an EIP. Written by \`wayout init\`; docs/cli.md explains every line.
# \`wayout plan\` says what would change, \`wayout apply\` does it, \`wayout undo\` takes it back.
cloud: otc
gateways:
  - name: egress
    vpc: vpc-demo # 192.168.0.0/16
    # Two names make a pair, which keeps open connections when one of them fails.
    # Could be a proxy too: ecs-proxy-2 (192.168.125.5, EIP 203.0.113.5)
    proxies: [ecs-proxy-1] # 192.168.125.4, EIP 203.0.113.4
    # The subnets whose servers are served.
    subnets:
      - subnet-app # 192.168.125.0/24, 2 servers without an EIP
      # - subnet-empty # 192.168.126.0/24, no server without an EIP
`);
});

test.each([
  "a, b",
  "yes",
  "1.0",
  "it's # not",
  '"quoted"',
  "- dash",
  "{x}",
  "zwei\nZeilen",
  "ü, 日本",
  "null",
  "a: b",
])("a name like %j is read back as it is", (name) => {
  const odd = { ...candidateOf(name, 9), name };
  const subnets = [subnetOf(name, "10.0.0.0/24", ["x"])];
  const text = specText(name, "egress", {
    offer: {
      ...offer,
      name,
      candidates: [odd, one],
      subnets: [...subnets, subnetOf(name, "10.1.0.0/24", [])],
    },
    proxies: [odd, two],
    subnets,
  });
  const [gateway] = parseSpec(text, "wayout.yaml").value.gateways;
  expect(gateway).toMatchObject({ vpc: name, proxies: [name, "ecs-proxy-2"], subnets: [name] });
});

test("a gateway of another file keeps its name", () => {
  expect(freeName([])).toBe("egress");
  expect(freeName(["egress", "egress-3"])).toBe("egress-2");
});
