import { expect, test } from "vitest";
import { address, cidr, cloudId, deviceName, mac } from "./forms.ts";

const forms = { cloudId, address, cidr, mac, deviceName };

test.each<[keyof typeof forms, string[], string[]]>([
  [
    "cloudId",
    ["519b67e6-c056-4c1f-86b4-21ff9a5f56cd", "0123456789abcdef0123456789abcdef", "lab_1.2"],
    ["", ".", "..", "../ports", "a/b", "a?b", "-a", "a b", "a\n", "a%2f", "a".repeat(129)],
  ],
  ["address", ["192.0.2.1", "0.0.0.0"], ["", "192.0.2", "192.0.2.1/32", "192.0.2.256", "010.0.0.1x", "::1"]],
  [
    "cidr",
    ["192.0.2.0/24", "1.1.1.1/0", "192.0.2.1/32"],
    ["192.0.2.0", "192.0.2.0/33", "192.0.2.0/24 }", "::/0", "0.0.0.0/0\n"],
  ],
  ["mac", ["fa:16:3e:00:00:01", "FA:16:3E:00:00:01"], ["fa:16:3e:00:00", "fa-16-3e-00-00-01", "*"]],
  [
    "deviceName",
    ["eth0", "enp0s3f1", "bond0.100", "br-lan"],
    ["", "eth*", "eth+", 'a" accept', "-i", "a b", "a/b", "a".repeat(16)],
  ],
])("%s", (name, right, wrong) => {
  expect(right.filter((text) => !forms[name].safeParse(text).success)).toEqual([]);
  expect(wrong.filter((text) => forms[name].safeParse(text).success)).toEqual([]);
});
