import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { indexFiles, packagesAmong } from "./archive-index.ts";

const hello = `Package: hello
Version: 2.10-3
Architecture: amd64
Description: example package
 Filename: not/this/one
Filename: pool/main/h/hello/hello_2.10-3_amd64.deb
Size: 53080`;
const less = `Package: less
Version: 590-2.1~deb12u2
Architecture: amd64
Filename: pool/main/l/less/less_590-2.1~deb12u2_amd64.deb`;
const passwd = `Package: passwd
Version: 1:4.13+dfsg1-1
Architecture: amd64
Filename: pool/main/s/shadow/passwd_4.13+dfsg1-1_amd64.deb`;
const index = `${[hello, less, passwd].join("\n\n")}\n`;

test("packages that were fetched are found in the archive's index, epochs included", () => {
  const found = packagesAmong(
    index,
    new Set(["hello_2.10-3_amd64.deb", "passwd_1%3a4.13+dfsg1-1_amd64.deb"]),
  );
  expect(found.map(({ path }) => path)).toEqual([
    "pool/main/h/hello/hello_2.10-3_amd64.deb",
    "pool/main/s/shadow/passwd_4.13+dfsg1-1_amd64.deb",
  ]);
  expect(found[0]?.paragraph).toBe(hello);
});

test("an old version of a package is not taken for the one in the index", () => {
  expect(packagesAmong(index, new Set(["hello_2.10-2_amd64.deb", "unknown_1_all.deb"]))).toEqual([]);
});

test("an empty index has no packages", () => {
  expect(packagesAmong("", new Set(["hello_2.10-3_amd64.deb"]))).toEqual([]);
});

test("the Release file has size and hash of each index, and the compressed one is the same", () => {
  const files = indexFiles(
    packagesAmong(index, new Set(["hello_2.10-3_amd64.deb"])),
    "bookworm",
    "amd64",
    new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
  );
  const packages = files.get("dists/bookworm/main/binary-amd64/Packages") ?? Buffer.alloc(0);
  expect(packages.toString()).toBe(`${hello}\n`);
  const packed = files.get("dists/bookworm/main/binary-amd64/Packages.gz") ?? Buffer.alloc(0);
  expect(gunzipSync(packed)).toEqual(packages);
  const release = files.get("dists/bookworm/Release")?.toString() ?? "";
  expect(release).toContain("Date: Fri, 02 Jan 2026 03:04:05 UTC\n");
  for (const [name, content] of [
    ["Packages", packages],
    ["Packages.gz", packed],
  ] as const) {
    const sum = createHash("sha256").update(content).digest("hex");
    expect(release).toContain(`\n ${sum} ${content.length} main/binary-amd64/${name}\n`);
  }
});
