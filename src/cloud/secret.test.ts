import { format, inspect } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Redactor } from "./redactor.ts";
import { Secret } from "./secret.ts";

test("a secret shows itself in no usual way of printing, but is given when asked for", () => {
  const secret = new Secret("correct horse battery");
  const holder = { auth: { password: secret, list: [secret] } };
  const printed = [
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    format("%s %o %O %j", secret, holder, holder, holder),
    `${secret}`,
    String(Object.entries(secret)),
    JSON.stringify({ ...secret }),
  ];
  for (const text of printed) expect(text).not.toContain("horse");
  expect(secret.reveal()).toBe("correct horse battery");
});

test("known secrets are struck out in every form in which an answer may carry them", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 4, maxLength: 40, unit: "grapheme" }), (value) => {
      const redactor = new Redactor([new Secret(value)]);
      const carried = [
        value,
        JSON.stringify({ echo: value }),
        `https://host/path?q=${encodeURIComponent(value.toWellFormed())}`,
        Buffer.from(value).toString("base64"),
      ];
      for (const text of carried) {
        // What is left must not be able to hold it: the words around it are known.
        expect(redactor.clean(`begin ${text} end`)).toContain("***");
      }
    }),
  );
});

test("of two secrets, one inside the other, nothing is left", () => {
  const redactor = new Redactor([new Secret("inner"), new Secret("inner-and-outer")]);
  expect(redactor.clean("x inner-and-outer y inner z")).toBe("x *** y *** z");
});
