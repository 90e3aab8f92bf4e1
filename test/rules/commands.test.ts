import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root, sourceFiles } from "./sources.ts";

/**
 * A command that is shown gets pasted, and a value in it may be an outsider's. src/report/command.ts quotes each word and keeps
 * values from being options; a command put together in a template string does neither.
 */
const programs =
  "wayout|ssh|ssh-keygen|ssh-keyscan|ssh-add|openstack|nft|iptables\\S*|ufw|firewall-cmd|journalctl|systemctl|sudo|sh|rm|kill|apt-get|ip|conntrack|curl|docker|chmod|chown";

/** Between escaped backticks, as messages mark what can be typed: a command, or options alone, with a value in it. */
const marked = /\\`((?:[^`\\]|\\(?!`))*)\\`/g;
const beginsLikeCommand = new RegExp(`^(?:(?:${programs}|undo) |-)`);
/** In a template string, at its beginning or after a colon, as hints end: "By hand: ssh ...". */
const bare = new RegExp(`(?:\`|: |\\b(?:with|run) {1,2}|\\\\n)(?:${programs}) [^\`]*\\$\\{`);

/** Texts that a shell reads on a host, whose values have forms of their own; they are no hints. */
const scripts =
  /^src\/(host\/(change|load-script|armed|host|script|ssh)\.ts|host\/(persistence|pair|probe|render)\/|host\/(nftables|iptables)(-input|-shell)?\.ts|checks\/|engine\/drill\/(faults|load)\.ts|lab\/(fabric|machines|images|internet|faults)\/)/;

/** No commands, or without any value but words of Wayout's own. */
const allowed = [
  "heading(`wayout apply: what $" + "{file} asks for`);",
  "detail: `$" + "{detail}\\nsudo -n: $" + "{why}`,",
  "return `nft table $" + "{table}, chain $" + "{chain}",
  "update(`wayout record 1\\n$" + "{text}`)",
  "`an nftables table ip $" + "{ownTable}`",
  "`nft list table ip $" + "{ownTable}`",
];

function byHand(line: string): boolean {
  if (/^\s*(\/\/|\*|\/\*)/.test(line) || allowed.some((text) => line.includes(text))) return false;
  const spans = [...line.matchAll(marked)].flatMap((match) => match[1] ?? []);
  const inSpan = spans.some((text) => text.includes("$" + "{") && beginsLikeCommand.test(text));
  return inSpan || bare.test(line.replace(/command\(`wayout [^`]*`/g, ""));
}

test("every command with a value in it is put together by src/report/command.ts", () => {
  const found = sourceFiles()
    .filter((file) => !/\.test\.ts$|\/testing\//.test(file) && !scripts.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .filter(byHand)
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});

test.each([
  "hint: `Try \\`wayout lab exec $" + "{name} -- sh\\``,",
  "hint: `By hand: ssh $" + "{address}`,",
  "const again = `wayout undo $" + "{id}`;",
  "`choose one with \\`--lab $" + "{other}\\``",
  "`End it with  kill $" + "{pid}`",
])("would notice one that is not: %s", (line) => {
  expect(byHand(line)).toBe(true);
});

test("only one function quotes a word for a shell", () => {
  const quoting = sourceFiles().filter((file) =>
    readFileSync(join(root, file), "utf8").includes('replaceAll("\'", '),
  );
  expect(quoting).toEqual(["src/report/command.ts", "src/report/drill-html.ts"]);
});
