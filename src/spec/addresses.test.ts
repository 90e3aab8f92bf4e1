import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  contains,
  holds,
  isAddress,
  overlaps,
  parseRange,
  type Range,
  toAddress,
  toNumber,
} from "./addresses.ts";

const address = fc.nat({ max: 0xffff_ffff }).map(toAddress);
const range = fc.tuple(address, fc.nat({ max: 32 })).map(([base, prefix]) => `${base}/${prefix}`);

function read(text: string): Range {
  const parsed = parseRange(text);
  if (!parsed) throw new Error(`${text} was not read`);
  return parsed;
}

describe("addresses", () => {
  it("come back from their number", () => {
    fc.assert(fc.property(address, (text) => toAddress(toNumber(text)) === text));
  });

  it("are four decimal octets and nothing else", () => {
    for (const text of ["1.2.3", "1.2.3.4.5", "0x1.2.3.4", "1.2.3.256", "::1", "", "1.2.3.4/32"]) {
      expect(isAddress(text), text).toBe(false);
    }
    expect(isAddress("192.168.125.4")).toBe(true);
  });
});

describe("ranges", () => {
  it("hold exactly the addresses from their first to their last", () => {
    fc.assert(
      fc.property(range, address, (text, one) => {
        const parsed = read(text);
        const value = toNumber(one);
        expect(holds(parsed, one)).toBe(value >= parsed.first && value <= parsed.last);
        expect(parsed.last - parsed.first + 1).toBe(2 ** (32 - parsed.prefix));
      }),
    );
  });

  it("have a canonical text that reads as the same range", () => {
    fc.assert(
      fc.property(range, (text) => {
        expect(read(read(text).cidr)).toEqual(read(text));
      }),
    );
  });

  it("overlap exactly when one contains the other, as CIDR ranges do", () => {
    fc.assert(
      fc.property(range, range, (a, b) => {
        const [one, other] = [read(a), read(b)];
        expect(overlaps(one, other)).toBe(contains(one, other) || contains(other, one));
        expect(overlaps(one, other)).toBe(overlaps(other, one));
      }),
    );
  });

  it("are read from canonical CIDR text only", () => {
    for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/08x", "fd00::/8", "10.0.0.0/-1"]) {
      expect(parseRange(text), text).toBeUndefined();
    }
    expect(parseRange("0.0.0.0/0")).toEqual({ cidr: "0.0.0.0/0", first: 0, last: 0xffff_ffff, prefix: 0 });
    expect(parseRange("1.1.1.1/0")?.cidr).toBe("0.0.0.0/0");
  });
});
