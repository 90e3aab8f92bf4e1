import { expect, it } from "vitest";
import { failure, good } from "./testing/broken-spec.ts";

/** What is broken, the file, and the beginning of the answer. */
const broken: readonly [string, string, string][] = [
  ["an empty file", "", "wayout.yaml:1:1: nothing is in this file"],
  ["only a comment", "# nothing\n", "wayout.yaml:1:1: nothing is in this file"],
  ["a list", "- a\n- b\n", "wayout.yaml:1:1: expected keys with values, found a list"],
  ["a bare word", "hello\n", "wayout.yaml:1:1: expected keys with values, found text"],
  ["no cloud", good.replace("cloud: lab\n", ""), "wayout.yaml:1:1: cloud: missing (expected text)"],
  ["an empty cloud", good.replace("cloud: lab", 'cloud: ""'), "wayout.yaml:1:8: cloud: must not be empty"],
  ["a number as cloud", good.replace("lab", "7"), "wayout.yaml:1:8: cloud: expected text, found a number"],
  ["no gateways", "cloud: lab\n", "wayout.yaml:1:1: gateways: missing (expected a list)"],
  [
    "an empty list of gateways",
    "cloud: lab\ngateways: []\n",
    "wayout.yaml:2:11: gateways: name at least one gateway",
  ],
  [
    "gateways as a map",
    "cloud: lab\ngateways: {a: 1}\n",
    "wayout.yaml:2:11: gateways: expected a list, found keys with values",
  ],
  [
    "a misspelt key",
    good.replace("subnets:", "subnet:"),
    'wayout.yaml:6:5: gateways[0]: unknown key "subnet"; did you mean subnets?',
  ],
  [
    "a misspelt key at the top",
    good.replace("cloud:", "clouds:"),
    'wayout.yaml:1:1: unknown key "clouds"; did you mean cloud?',
  ],
  [
    "a key that is like no other",
    `${good}    colour: red\n`,
    'wayout.yaml:7:5: gateways[0]: unknown key "colour"',
  ],
  [
    "no name",
    good.replace("name: egress", "routeTable: own"),
    "wayout.yaml:3:5: gateways[0].name: missing (expected text)",
  ],
  [
    "a name with capitals",
    good.replace("egress", "Egress"),
    "wayout.yaml:3:11: gateways[0].name: must be 1 to 31 of a-z, 0-9 and -",
  ],
  [
    "a name with a path in it",
    good.replace("egress", "../etc"),
    "wayout.yaml:3:11: gateways[0].name: must be 1 to 31",
  ],
  ["no VPC", good.replace("    vpc: vpc-demo\n", ""), "wayout.yaml:3:5: gateways[0].vpc: missing"],
  [
    "a VPC that is a list",
    good.replace("vpc-demo", "[vpc-demo]"),
    "wayout.yaml:4:10: gateways[0].vpc: expected text, found a list",
  ],
  [
    "no proxies",
    good.replace("    proxies: [ecs-proxy]\n", ""),
    "wayout.yaml:3:5: gateways[0].proxies: missing",
  ],
  [
    "an empty list of proxies",
    good.replace("[ecs-proxy]", "[]"),
    "wayout.yaml:5:14: gateways[0].proxies: name at least one server",
  ],
  [
    "a proxy that is not in a list",
    good.replace("[ecs-proxy]", "ecs-proxy"),
    "wayout.yaml:5:14: gateways[0].proxies: expected a list, found text",
  ],
  [
    "three proxies",
    good.replace("[ecs-proxy]", "[a, b, c]"),
    "wayout.yaml:5:14: gateways[0].proxies: a gateway has one proxy, or two as a pair",
  ],
  [
    "the same proxy twice",
    good.replace("[ecs-proxy]", "[a, a]"),
    "wayout.yaml:5:18: a is already a proxy of egress",
  ],
  [
    "one SSH address for a pair",
    `${good.replace("[ecs-proxy]", "[a, b]")}    ssh: {address: bastion}\n`,
    "wayout.yaml:7:20: the two proxies of a pair cannot both be reached at bastion",
  ],
  [
    "no subnets",
    good.replace("[subnet-app]", "[]"),
    "wayout.yaml:6:14: gateways[0].subnets: name at least one subnet",
  ],
  [
    "the same subnet twice",
    good.replace("[subnet-app]", "[a, b, a]"),
    "wayout.yaml:6:21: a is already served by egress",
  ],
  [
    "a subnet as a number",
    good.replace("[subnet-app]", "[12]"),
    "wayout.yaml:6:15: gateways[0].subnets[0]: expected text, found a number",
  ],
  [
    "an IPv6 destination",
    `${good}    destinations: ["2001:db8::/32"]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: 2001:db8::/32 is IPv6",
  ],
  [
    "the IPv6 default",
    `${good}    destinations: ["::/0"]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: ::/0 is IPv6",
  ],
  [
    "an address for a range",
    `${good}    destinations: [198.51.100.7]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: 198.51.100.7 is not an IPv4 range",
  ],
  [
    "a prefix that is too long",
    `${good}    destinations: [198.51.100.0/33]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: 198.51.100.0/33 is not an IPv4 range",
  ],
  [
    "an octet that is too large",
    `${good}    destinations: [300.51.100.0/24]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: 300.51.100.0/24 is not an IPv4 range",
  ],
  [
    "host bits in a range",
    `${good}    destinations: [198.51.100.7/24]\n`,
    "wayout.yaml:7:20: gateways[0].destinations[0]: 198.51.100.7/24 has host bits set; did you mean 198.51.100.0/24?",
  ],
  [
    "overlapping destinations",
    `${good}    destinations: [198.51.0.0/16, 198.51.100.0/24]\n`,
    "wayout.yaml:7:35: 198.51.100.0/24 overlaps 198.51.0.0/16",
  ],
  [
    "a wrong word for publicIp",
    `${good}    publicIp: new\n`,
    "wayout.yaml:7:15: gateways[0].publicIp: must be keep, allocate, or an EIP",
  ],
  [
    "a wrong word for routeTable",
    `${good}    routeTable: mine\n`,
    "wayout.yaml:7:17: gateways[0].routeTable: must be shared or own",
  ],
  [
    "a port that does not exist",
    `${good}    ssh: {port: 70000}\n`,
    "wayout.yaml:7:17: gateways[0].ssh.port: must be at most 65535",
  ],
  [
    "a port that is half a number",
    `${good}    ssh: {port: 2.5}\n`,
    "wayout.yaml:7:17: gateways[0].ssh.port: expected a whole number, found a fraction",
  ],
  ["port 0", `${good}    ssh: {port: 0}\n`, "wayout.yaml:7:17: gateways[0].ssh.port: must be at least 1"],
  [
    "no destinations in a list of them",
    `${good}    destinations: []\n`,
    "wayout.yaml:7:19: gateways[0].destinations: must have at least one entry",
  ],
  [
    "a name as true",
    good.replace("cloud: lab", "cloud: true"),
    "wayout.yaml:1:8: cloud: expected text, found true",
  ],
  [
    "a VPC's name without end",
    good.replace("vpc-demo", "v".repeat(256)),
    "wayout.yaml:4:10: gateways[0].vpc: must have at most 255 characters",
  ],
  [
    "a misspelt key of ssh",
    `${good}    ssh: {usr: linux}\n`,
    'wayout.yaml:7:11: gateways[0].ssh: unknown key "usr"; did you mean user?',
  ],
  [
    "a probe that is no URL",
    `${good}probes: {https: site}\n`,
    "wayout.yaml:7:17: probes.https: must be a URL like https://",
  ],
  [
    "a probe of another protocol",
    `${good}probes: {http: "ftp://site.example/"}\n`,
    "wayout.yaml:7:16: probes.http: must be a URL like http://",
  ],
  [
    "a probe of https without it",
    `${good}probes: {https: "http://site.example/"}\n`,
    "wayout.yaml:7:17: probes.https: must be a URL like https://",
  ],
  [
    "a ping to shell's words",
    `${good}probes: {ping: ["$(touch x)"]}\n`,
    "wayout.yaml:7:17: probes.ping[0]: must be an address or a name",
  ],
  [
    "a ping to an option",
    `${good}probes: {ping: [9.9.9.9, "-f"]}\n`,
    "wayout.yaml:7:26: probes.ping[1]: must be an address or a name",
  ],
  ...(["tcp", "udp"] as const).flatMap((probe): [string, string, string][] =>
    ["1.1.1.1", "1.1.1.1:0", "1.1.1.1:65536", ":53", "a b:53"].map((text) => [
      `${probe} to ${text}`,
      `${good}probes: {${probe}: "${text}"}\n`,
      `wayout.yaml:7:15: probes.${probe}: must be an address or name with a port`,
    ]),
  ),
  [
    "a name with blanks for DNS",
    `${good}probes: {dns: "a b"}\n`,
    "wayout.yaml:7:15: probes.dns: must be an address or a name",
  ],
  ...(
    [
      ["0.0.0.0/8", "this network"],
      ["127.0.0.0/8", "loopback"],
      ["127.1.0.0/16", "loopback"],
      ["169.254.169.254/32", "link-local, where the metadata service is"],
      ["100.64.0.0/10", "the cloud's own services"],
      ["100.125.4.0/24", "the cloud's own services"],
      ["198.19.128.0/20", "the cloud's own services"],
      ["224.0.0.0/4", "multicast"],
      ["255.255.255.255/32", "reserved"],
    ] as const
  ).map(([range, what]): [string, string, string] => [
    `the destination ${range}`,
    `${good}    destinations: [${range}]\n`,
    `wayout.yaml:7:20: gateways[0].destinations[0]: ${range} is ${what}: no route can lead there`,
  ]),
  ...(["user", "address", "jump"] as const).map((key): [string, string, string] => [
    `an option of ssh as ${key}`,
    `${good}    ssh: {${key}: "-oProxyCommand=x"}\n`,
    `wayout.yaml:7:${13 + key.length}: gateways[0].ssh.${key}: must be`,
  ]),
  ...(
    [
      ["user", "root@evil.example"],
      ["user", "a;b"],
      ["user", "%r"],
      ["address", "root@host"],
      ["address", "ssh://host"],
      ["address", "host:22"],
      ["address", "%h"],
      ["address", "a'b"],
      ["jump", "ssh://bastion"],
      ["jump", "a@b@c"],
      ["jump", "bastion:0"],
    ] as const
  ).map(([key, value]): [string, string, string] => [
    `${value} as ${key} of ssh`,
    `${good}    ssh: {${key}: "${value}"}\n`,
    `wayout.yaml:7:${13 + key.length}: gateways[0].ssh.${key}: must be`,
  ]),
  [
    "an option of ssh as the second jump host",
    `${good}    ssh: {jump: "bastion,-oProxyCommand=x"}\n`,
    "wayout.yaml:7:17: gateways[0].ssh.jump: must be jump hosts",
  ],
  [
    "an alias of nothing",
    good.replace("vpc-demo", "*demo"),
    "wayout.yaml:4:10: not YAML that can be read: Unresolved alias",
  ],
  [
    "brackets without end",
    `cloud: lab\ngateways: ${"[".repeat(5000)}`,
    "wayout.yaml:2:75: nested too deeply",
  ],
  [
    "dashes without end",
    `cloud: lab\ngateways:\n${"- ".repeat(5000)}`,
    "wayout.yaml:3:129: nested too deeply",
  ],
  [
    "two gateways of one name",
    `${good}${good.slice(good.indexOf("  -"))}`,
    "wayout.yaml:7:11: there is already a gateway called egress",
  ],
  [
    "two gateways for one subnet",
    `${good}${good.slice(good.indexOf("  -")).replace("egress", "second").replace("ecs-proxy", "other")}`,
    "wayout.yaml:10:15: subnet-app is already served by egress",
  ],
  [
    "one proxy for two gateways",
    `${good}${good.slice(good.indexOf("  -")).replace("egress", "second").replace("subnet-app", "other")}`,
    "wayout.yaml:9:15: ecs-proxy is already a proxy of egress",
  ],
  ["a tab for indentation", "cloud: lab\ngateways:\n\t- name: egress\n", "wayout.yaml:3:1: not YAML:"],
  ["a bracket that is not closed", "cloud: [lab\n", "wayout.yaml:1:8: not YAML: [ is not closed"],
  [
    "a quote that is not closed",
    good.replace("vpc-demo", '"vpc-demo'),
    'wayout.yaml:4:10: not YAML: " is not closed',
  ],
  [
    "a list that is not closed",
    good.replace("[ecs-proxy]", "[ecs-proxy"),
    "wayout.yaml:5:14: not YAML: [ is not closed",
  ],
  ["the same key twice", `cloud: lab\n${good}`, "wayout.yaml:2:1: not YAML: Map keys must be unique"],
  ["two documents", `${good}---\n${good}`, "wayout.yaml:7:1: not YAML:"],
  ["binary rubbish", "\u0000\u0001\u0002", "wayout.yaml:1:1: expected keys with values"],
];

it.each(broken)("says where and what is wrong: %s", (_, text, expected) => {
  const problem = failure(text);
  expect(problem.summary.slice(0, expected.length)).toBe(expected);
  expect(problem.code).toMatch(/^spec\//);
  expect(problem.hint).not.toBe("");
});
