import { expect, test } from "vitest";
import { manualRuleWords, parseManualRule } from "./hand-made-rule.ts";

test.each([
  "-s 192.168.125.0/24 -o eth0 -j SNAT --to-source 192.168.125.4",
  "-s 192.168.125.7/32 -j MASQUERADE",
  "-o eth0 -j MASQUERADE --random-fully",
  "-o eth+ -j SNAT --to-source 192.168.125.4 --random",
  "-j MASQUERADE",
])("a rule of the manual is written as it was read: %s", (rule) => {
  const parsed = parseManualRule(`-A POSTROUTING ${rule}`);
  expect(parsed && manualRuleWords(parsed)).toBe(rule);
});

test.each([
  "-s 192.168.125.0/24 -o eth0 -j SNAT --to-source 192.168.125.4; touch /tmp/x",
  "-o eth0;reboot -j MASQUERADE",
  "-o $(reboot) -j MASQUERADE",
  "-o `reboot` -j MASQUERADE",
  "-o 'eth0' -j MASQUERADE",
  "-o -j MASQUERADE",
  "-o",
  "-s 192.168.125.0/24",
  "-s 192.168.125.0/33 -j MASQUERADE",
  "-s $IFS -j MASQUERADE",
  "-j SNAT",
  "-j SNAT --to-source",
  "-j SNAT --to-source 192.168.125.4:1-65535",
  "-j SNAT --to-source 192.168.125.4 --to-source 192.168.125.5",
  "-j MASQUERADE --to-source 192.168.125.4",
  "-j MASQUERADE --random;reboot",
  "-j MASQUERADE\nreboot",
  "-j DROP",
  "-m comment --comment x -j MASQUERADE",
  "! -s 192.168.125.0/24 -j MASQUERADE",
  "--modprobe=/tmp/x -j MASQUERADE",
  "",
])("any other rule is none of the manual's: %j", (rule) => {
  expect(parseManualRule(rule)).toBeUndefined();
  expect(parseManualRule(`-A POSTROUTING ${rule}`)).toBeUndefined();
});
