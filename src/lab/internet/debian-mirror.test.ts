import fc from "fast-check";
import { expect, test } from "vitest";
import { pathBelow } from "./debian-mirror.ts";

test("a package's URL is a file below the mirror", () => {
  expect(pathBelow("/m", "/debian/pool/main/h/hello/hello_2.10-3_amd64.deb")).toBe(
    "/m/pool/main/h/hello/hello_2.10-3_amd64.deb",
  );
  expect(pathBelow("/m", "/debian/a%2bb%3ac.deb?x=1")).toBe("/m/a+b:c.deb");
});

test("what is not below /debian is no file", () => {
  for (const url of ["/", "/debian", "/debianx/a", "/other/debian/a", "/debian/%zz", "/debian/a%00"]) {
    expect(pathBelow("/m", url)).toBeUndefined();
  }
});

test("no URL leads out of the mirror's directory", () => {
  const part = fc.constantFrom("..", ".", "%2e%2e", "%2f", "/", "//", "a", "..%2f", "%5c", "%252e", "etc");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const path = pathBelow("/srv/mirror", `/debian/${parts.join("/")}`);
      expect(path === undefined || /^\/srv\/mirror(\/|$)/.test(path)).toBe(true);
      expect(path?.split("/")).not.toContain("..");
    }),
  );
});
