import { expect, test } from "vitest";
import { seenDatagram } from "./echo.ts";

test("a datagram's answer tells where it came from, and what it said", () => {
  const answer = seenDatagram(Buffer.from('with "quotes"'), { address: "203.0.113.7", port: 41000 });
  expect(JSON.parse(answer.toString())).toEqual({
    address: "203.0.113.7",
    port: 41000,
    payload: 'with "quotes"',
  });
});
