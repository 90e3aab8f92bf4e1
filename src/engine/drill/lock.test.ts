import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { faults } from "./faults.ts";
import { endScript, lockScript } from "./lock.ts";

const owner = "0123456789abcdef";

test.each([
  ["lock", lockScript(owner, 180)],
  ["end", endScript(owner)],
])("the %s script is a POSIX shell's", (_, script) => {
  execFileSync("sh", ["-n"], { input: script });
});

test("the end of a drill stops what would still be made before it takes back what was, and only then forgets it", () => {
  const script = endScript(owner);
  const order = [
    "stop wayout-drill-cut.timer wayout-drill-cut.service",
    "nft delete table",
    "stop wayout-drill-mend.timer",
    "rm -rf /run/wayout-drill",
  ].map((text) => script.indexOf(text));
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(order[0]).toBeGreaterThan(0);
});

test("a lock ends by itself, and says until when before it is said to be taken", () => {
  const script = lockScript(owner, 180);
  expect(script).toContain(`--unit=wayout-drill-end-${owner} --on-active=180`);
  expect(script.indexOf("/until")).toBeLessThan(script.indexOf("echo taken"));
});

test("a drill ends its own lock only", () => {
  expect(endScript(owner)).toMatch(
    /^\[ "\$\(cat \/run\/wayout-drill\/owner 2>\/dev\/null\)" = 0123456789abcdef \] \|\| exit 0$/m,
  );
});

test("no cable is cut that nothing would mend: what mends it is looked for first", () => {
  const cut = /cat > cut <<'END'\n(.*?)\nEND/s.exec(faults.cable.script)?.[1] ?? "";
  expect(cut.indexOf("is-active --quiet wayout-drill-mend.timer || exit 0")).toBeGreaterThan(0);
  expect(cut.indexOf("nft -f")).toBeGreaterThan(cut.indexOf("exit 0"));
});
