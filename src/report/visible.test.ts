import { expect, test } from "vitest";
import { linesOf, oneLine, visible, visibleFile, visibleJson } from "./visible.ts";

test.each([
  ["\u001b[2J", "\\x1b[2J"],
  ["\u009b31m", "\\x9b31m"],
  ["a\u007fb\u0000c\u0008", "a\\x7fb\\x00c\\x08"],
  ["a\rb", "a\\rb"],
  ["\u202egnp.exe", "\\u{202e}gnp.exe"],
  ["a\u200fb\u061cc\u2066d\u2069", "a\\u{200f}b\\u{61c}c\\u{2066}d\\u{2069}"],
  ["a\u200bb\u2060c\ufeffd\u00ade", "a\\u{200b}b\\u{2060}c\\u{feff}d\\xade"],
  ["a\u2028b\u2029c\u0085d", "a\\u{2028}b\\u{2029}c\\x85d"],
  ["a\ud800b", "a\\u{d800}b"],
  ["a\udc00b", "a\\u{dc00}b"],
  ["a\ue000b\u{f0000}", "a\\u{e000}b\\u{f0000}"],
  ["a\u{e0041}\u{e007f}", "a\\u{e0041}\\u{e007f}"],
  ["ecs\ufe0f-1\u200d", "ecs\\u{fe0f}-1\\u{200d}"],
  ["1\ufe0f", "1\\u{fe0f}"],
  ["a\u3164b\u115fc\u034f", "a\\u{3164}b\\u{115f}c\\u{34f}"],
])("what a terminal would obey or hide is shown as an escape: %j", (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test.each([
  "ecs-proxy-1",
  "Jürgens Server, Straße 5",
  "日本語 サーバー",
  "сервер",
  "شبكة",
  "café e\u0301",
  "👍🏽 ok 🚀",
  "👨‍👩‍👧 family",
  "🏳️‍🌈 ❤️‍🔥 ☁️ 1️⃣ 🇩🇪",
  "C:\\new\\x1b",
])("an ordinary name stays as it is: %s", (name) => {
  expect([visible(name), oneLine(name), visibleFile(name), visibleJson(name)]).toEqual([
    name,
    name,
    name,
    name,
  ]);
});

test("lines of a text stay lines, and a tab becomes spaces, except in a file", () => {
  expect(visible("a\r\n\tb\n")).toBe("a\n    b\n");
  expect(visibleFile("a\n\tb\u001b\n")).toBe("a\n\tb\\x1b\n");
});

test("a name has one line, and keeps what is compared", () => {
  expect(oneLine("a\nplan: 0 changes\r\t\u2028\u001b")).toBe("a\\nplan: 0 changes\\r\\t\\u{2028}\\x1b");
  expect(oneLine("a\u200fb")).toBe("a\u200fb");
  expect(linesOf(["gateway a\nb", "  ok"])).toBe("gateway a\\nb\n  ok");
});

test("JSON keeps its value, and shows nothing that a terminal obeys", () => {
  const value = {
    name: "a\u009b\u007f\u202e\u2028\ud800\u{e0041}\n\tb 👨‍👩‍👧",
    other: ["\\u202e", "\u001b"],
  };
  const json = visibleJson(JSON.stringify(value, null, 2));
  expect(JSON.parse(json)).toEqual(value);
  expect(json).toMatch(/^[\n\x20-\x7e\u{1f000}-\u{1ffff}\u200d]*$/u);
  expect(json).toContain('"a\\u009b\\u007f\\u202e\\u2028\\ud800\\udb40\\udc41\\n\\tb');
});
