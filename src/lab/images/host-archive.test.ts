import { expect, test } from "vitest";
import { archiveIn, hostArchive } from "./host-archive.ts";

test.each([
  ["deb http://ftp.example/debian bookworm main", "http://ftp.example/debian"],
  [
    "deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian/ bookworm main",
    "https://mirror.example/debian",
  ],
  ["Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm", "http://deb.debian.org/debian"],
  ["Types: deb\nURIs: http://a.example/other http://b.example/debian\n", "http://b.example/debian"],
  [
    "# deb http://old.example/debian bookworm main\ndeb http://new.example/debian bookworm main",
    "http://new.example/debian",
  ],
])("the archive is found in %j", (text, archive) => {
  expect(archiveIn(text)).toBe(archive);
});

test.each([
  "deb http://security.debian.org/debian-security bookworm-security main",
  "deb-src http://deb.debian.org/debian bookworm main",
  "deb http://archive.ubuntu.com/ubuntu noble main",
  "deb cdrom:[Debian]/ bookworm main",
  "",
])("what is not Debian's own archive is passed over: %j", (text) => {
  expect(archiveIn(text)).toBeUndefined();
});

test("without any source the archive is the one that Debian recommends", () => {
  expect(hostArchive("/does/not/exist")).toBe("http://deb.debian.org/debian");
});
