import { expect, test } from "vitest";
import {
  address,
  anyAddress,
  anyRange,
  cidr,
  cloudId,
  deviceName,
  fileMode,
  filePath,
  mac,
  sshDestination,
  sshJump,
  sshUser,
} from "./forms.ts";
import { jumpText, parseJumps } from "./ssh-words.ts";

const forms = {
  cloudId,
  address,
  anyAddress,
  anyRange,
  cidr,
  mac,
  deviceName,
  fileMode,
  filePath,
  sshDestination,
  sshUser,
  sshJump,
};

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
  [
    "anyAddress",
    ["192.0.2.1", "2001:db8::1", "fe80::1"],
    ["", "fe80::1%eth0", "192.0.2.1/24", "a.example", "1"],
  ],
  [
    "anyRange",
    ["192.0.2.1", "192.0.2.0/24", "1.1.1.1/0", "::/0", "2001:db8::1", "2001:db8::/64"],
    ["", "192.0.2.0/33", "::/129", "0.0.0.0/0 }", "fe80::1%eth0", "any"],
  ],
  ["fileMode", ["644", "0755", "0", "4755"], ["", "888", "u+x", "644 /etc/shadow", "07777"]],
  [
    "filePath",
    ["/etc/sysctl.conf", "/etc/rc.d/rc.local", "/etc/sysctl.d/99-wayout.conf"],
    [
      "",
      "etc/x",
      "/",
      "/etc/",
      "/etc/../root/x",
      "//x",
      "/etc/.x",
      "/etc/a b",
      "/etc/$(x)",
      "/etc/a\nb",
      "/etc/a;b",
    ],
  ],
  [
    "sshDestination",
    ["203.0.113.10", "bastion", "my_host.example", "2001:db8::1"],
    [
      ...["", "-oProxyCommand=x", "ssh://host", "root@host", "host:22", "%h", "a b", "a'b", "a\nb"],
      ...["$(x)", "[::1]", "fe80::1%eth0", "a,b", "`x`", "a;b"],
    ],
  ],
  [
    "sshUser",
    ["root", "linux", "_apt", "first.last", "ec2-user", "1user"],
    ["", "-l", "a b", "root@evil", "a;b", "$x", "%r", "a:b", "a/b", "a'b", "a\nb", "a".repeat(65)],
  ],
  [
    "sshJump",
    ["bastion", "linux@bastion,inner:2222", "a,b,c", "root@[2001:db8::1]:22", "[::1]"],
    [
      ...[
        "",
        ",",
        "a,",
        "-oProxyCommand=x",
        "bastion,-oProxyCommand=x",
        "-x@bastion",
        "a@b@c",
        "ssh://bastion",
      ],
      ...["bastion:0", "bastion:65536", "bastion:22:22", "::1", "[bastion]", "a b", "a,%h", "none;x", "a:-p"],
    ],
  ],
])("%s", (name, right, wrong) => {
  expect(right.filter((text) => !forms[name].safeParse(text).success)).toEqual([]);
  expect(wrong.filter((text) => forms[name].safeParse(text).success)).toEqual([]);
});

test("jump hosts are taken apart and put together again", () => {
  const text = "linux@bastion,inner:2222,root@[2001:db8::1]:22";
  const jumps = parseJumps(text);
  expect(jumps).toEqual([
    { user: "linux", host: "bastion" },
    { host: "inner", port: 2222 },
    { user: "root", host: "2001:db8::1", port: 22 },
  ]);
  expect(jumpText(jumps ?? [])).toBe(text);
});
