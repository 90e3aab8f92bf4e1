import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareDisk } from "./disk.ts";

let directory: string;
let disk: string;
let lower: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "wayout-disk-"));
  disk = join(directory, "disk");
  lower = join(directory, "lower");
  mkdirSync(join(lower, "root"), { recursive: true });
  chmodSync(join(lower, "root"), 0o700);
});
afterEach(() => rmSync(directory, { recursive: true }));

const mode = (path: string): number => statSync(join(disk, "upper", path)).mode & 0o7777;

test("a new disk has its files, and directories as the image below has them", () => {
  prepareDisk(
    disk,
    [lower],
    [
      { path: "/root/.ssh/authorized_keys", content: "key\n", mode: 0o600 },
      { path: "/etc/hostname", content: "app\n" },
    ],
  );
  expect(readFileSync(join(disk, "upper/root/.ssh/authorized_keys"), "utf8")).toBe("key\n");
  expect([mode("root"), mode("root/.ssh/authorized_keys"), mode("etc"), mode("etc/hostname")]).toEqual([
    0o700, 0o600, 0o755, 0o644,
  ]);
});

test("a disk that was used keeps what it has", () => {
  prepareDisk(disk, [lower], [{ path: "/etc/hostname", content: "first\n" }]);
  prepareDisk(disk, [lower], [{ path: "/etc/hostname", content: "second\n" }]);
  expect(readFileSync(join(disk, "upper/etc/hostname"), "utf8")).toBe("first\n");
});

test("a disk whose making was interrupted is made anew", () => {
  mkdirSync(join(disk, "upper.new/etc"), { recursive: true });
  writeFileSync(join(disk, "upper.new/etc/half"), "");
  prepareDisk(disk, [lower], [{ path: "/etc/hostname", content: "app\n" }]);
  expect(existsSync(join(disk, "upper/etc/hostname"))).toBe(true);
  expect(existsSync(join(disk, "upper/etc/half"))).toBe(false);
});
