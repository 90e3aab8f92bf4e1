import { expect, test } from "vitest";
import type { LabSecurityGroupRule } from "../state.ts";
import { ruleText } from "./security-rule.ts";

const any: LabSecurityGroupRule = {
  id: "r",
  direction: "ingress",
  ethertype: "IPv4",
  protocol: null,
  portMin: null,
  portMax: null,
  remoteCidr: null,
  remoteGroupId: null,
  description: "",
};

const cases: readonly (readonly [Partial<LabSecurityGroupRule>, string | undefined])[] = [
  [{}, "ether type ip goto allow_to_nic"],
  [{ direction: "egress" }, "ether type ip goto allow_from_nic"],
  [{ remoteCidr: "0.0.0.0/0" }, "ether type ip goto allow_to_nic"],
  [{ remoteCidr: "10.1.2.3/8" }, "ip saddr 10.0.0.0/8 goto allow_to_nic"],
  [{ direction: "egress", remoteCidr: "10.0.0.0/8" }, "ip daddr 10.0.0.0/8 goto allow_from_nic"],
  [{ remoteGroupId: "g" }, "ip saddr @g goto allow_to_nic"],
  [{ protocol: "tcp" }, "meta l4proto 6 goto allow_to_nic"],
  [{ protocol: "tcp", portMin: 22, portMax: 22 }, "meta l4proto 6 th dport 22 goto allow_to_nic"],
  [{ protocol: "UDP", portMin: 1, portMax: 65535 }, "meta l4proto 17 th dport 1-65535 goto allow_to_nic"],
  [{ protocol: "17", portMin: 53, portMax: null }, "meta l4proto 17 th dport 53 goto allow_to_nic"],
  [{ protocol: "112" }, "meta l4proto 112 goto allow_to_nic"],
  [{ protocol: "vrrp" }, "meta l4proto 112 goto allow_to_nic"],
  [{ protocol: "icmp" }, "meta l4proto 1 goto allow_to_nic"],
  [{ protocol: "icmp", portMin: 8 }, "icmp type 8 goto allow_to_nic"],
  [{ protocol: "1", portMin: 3, portMax: 4 }, "icmp type 3 icmp code 4 goto allow_to_nic"],
  [{ protocol: "icmpv6" }, undefined],
  [{ protocol: "256" }, undefined],
  [{ ethertype: "IPv6" }, undefined],
];

test.each(cases)("%o", (wish, text) => {
  expect(ruleText({ ...any, ...wish }, (id) => `@${id}`)).toBe(text);
});
