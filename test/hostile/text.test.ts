/** Names, answers and output of others: shown, never obeyed, and never taken for a line of Wayout's own. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { helpOutput, openQuestions } from "../../src/cli/output.ts";
import type { Candidate, OfferedSubnet } from "../../src/engine/init/offers.ts";
import { specText } from "../../src/engine/init/spec-text.ts";
import { renderCloudInit } from "../../src/host/render/cloud-init.ts";
import { renderShellScript } from "../../src/host/render/shell-script.ts";
import { drillHtml } from "../../src/report/drill-html.ts";
import type { Event } from "../../src/report/events.ts";
import { Problem } from "../../src/report/problem.ts";
import { openProgress } from "../../src/report/progress.ts";
import { parseSpec } from "../../src/spec/spec.ts";
import { fakedLines, hiddenIn, inTurn, manyOutsiders, outsiders } from "./outsiders-text.ts";
import { checkOf, drillReportOf, planOf, shown, stepOf } from "./shown.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

/** What reaches the terminal meanwhile, on either stream. */
function written(show: () => void): string {
  const chunks: string[] = [];
  const keep = (chunk: unknown): boolean => {
    chunks.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, "write").mockImplementation(keep);
  vi.spyOn(process.stderr, "write").mockImplementation(keep);
  try {
    show();
  } finally {
    vi.restoreAllMocks();
  }
  return chunks.join("");
}

const runs = { numRuns: 200 };

test.each(Object.entries(shown))("%s shows what others set and obeys none of it", (_, show) => {
  fc.assert(
    fc.property(manyOutsiders, (texts) => {
      const text = written(() => show(inTurn(texts)));
      expect(hiddenIn(text)).toEqual([]);
      expect(fakedLines(text)).toEqual([]);
    }),
    runs,
  );
});

test("the lines are as many as with ordinary names", () => {
  const lines = (next: () => string) =>
    written(() => shown.plan?.(next))
      .split("\n")
      .filter((line) => !line.startsWith("      | ")).length;
  fc.assert(
    fc.property(manyOutsiders, (texts) => {
      // A value that is empty, and one that repeats another, may be left out.
      const distinct = texts.map((text, index) => `${text}${index}`);
      expect(lines(inTurn(distinct))).toBe(lines(inTurn(distinct.map((_, index) => `name ${index}`))));
    }),
    runs,
  );
});

test("JSON keeps every value", () => {
  fc.assert(
    fc.property(manyOutsiders, (texts) => {
      const text = written(() => shown["plan --json"]?.(inTurn(texts)));
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(planOf(inTurn(texts)))));
    }),
    runs,
  );
});

test.each([true, false])("progress, on a terminal: %s", (isTTY) => {
  const events = (next: () => string): readonly Event[] => [
    { kind: "phase", phase: "observe", text: next() },
    { kind: "note", text: next() },
    { kind: "warning", text: next() },
    { kind: "run-started", run: next(), operation: "apply", steps: 1 },
    { kind: "step-started", id: next(), title: next() },
    { kind: "step-finished", result: stepOf(next, "failed") },
    { kind: "check-finished", result: checkOf(next, false) },
    { kind: "run-finished", run: next(), outcome: "failed" },
  ];
  fc.assert(
    fc.property(manyOutsiders, (texts) => {
      let text = "";
      const progress = openProgress({ isTTY, columns: 60, write: (more) => (text += more) });
      for (const event of events(inTurn(texts))) progress.report(event);
      progress.end();
      // Its own way of removing a line is added after what others set is made visible.
      const lines = text.replaceAll("\r\u001b[K", "\n");
      expect(hiddenIn(lines)).toEqual([]);
      expect(fakedLines(lines)).toEqual([]);
    }),
    runs,
  );
});

test("a drill's page has no mark of others, and nothing hides in it", () => {
  fc.assert(
    fc.property(manyOutsiders, (texts) => {
      const picture = {
        packets: "UDP" as const,
        gaps: [{ atMs: 1, gapMs: 2, lost: 1 }],
        moments: [{ atMs: 1, what: inTurn(texts)() }],
      };
      const html = drillHtml(drillReportOf(inTurn(texts)), picture);
      expect(hiddenIn(html)).toEqual([]);
      expect(html).not.toMatch(/<script|alert\('/);
    }),
    runs,
  );
});

test("a question repeats a name visibly, and so do the help and the errors of the command line", async () => {
  const attack = "x\n\u001b[2J\u202e";
  const text = written(() => {
    helpOutput.writeErr(attack);
    helpOutput.writeOut(attack);
    const questions = openQuestions();
    void questions.ask(attack, new AbortController().signal);
    questions.close();
  });
  expect(text).toContain("x\\n\\x1b[2J\\u{202e}");
  expect(text).not.toContain("\u001b[2J");
  expect(text).not.toContain("\u202e");
});

test("a problem has one line, whoever wrote its words", () => {
  fc.assert(
    fc.property(outsiders, (text) => {
      const problem = new Problem({ code: "cloud/conflict", summary: text, hint: text });
      for (const words of [
        problem.summary,
        problem.message,
        problem.hint,
        problem.saying({ hint: text }).hint,
      ])
        expect(words).not.toMatch(/[\n\r\u2028\u2029\u0085]/);
    }),
  );
});

const subnetOf = (name: string): OfferedSubnet => ({
  name,
  subnet: { id: "net", name, vpcId: "vpc", cidr: "10.0.0.0/24", gatewayIp: "", dns: [] },
  without: ["x"],
});
const candidateOf = (name: string): Candidate => ({
  name,
  server: { id: name, name, status: "ACTIVE", vpcId: "vpc", addresses: [], securityGroupIds: [] },
  nic: {
    ...{ id: "nic", name: "", serverId: name, subnetId: "net", ip: "10.0.0.4", mac: "", owner: "" },
    ...{ securityGroupIds: [], addressPairs: [] },
  },
  subnet: subnetOf("a").subnet,
  neighbourIn: [],
  publicIp: { id: "eip", address: "203.0.113.4", name: "" },
});

test("the wayout.yaml of init names what was chosen, and shows everything that stands in it", () => {
  fc.assert(
    fc.property(outsiders, outsiders, (name, other) => {
      fc.pre(name !== other && name.length <= 255);
      const subnets = [subnetOf(name)];
      const text = specText(name, "egress", {
        offer: {
          ...{ name, vpc: { id: "vpc", name, cidrs: ["10.0.0.0/16"], sharedSnat: false } },
          ...{ candidates: [candidateOf(name), candidateOf(other)], subnets: [...subnets, subnetOf(other)] },
          ...{ neighboursOnly: false, because: "" },
        },
        proxies: [candidateOf(name)],
        subnets,
      });
      expect(hiddenIn(text)).toEqual([]);
      expect(fakedLines(text)).toEqual([]);
      const [gateway] = parseSpec(text, "wayout.yaml").value.gateways;
      expect(gateway).toMatchObject({ vpc: name, proxies: [name], subnets: [name] });
    }),
    runs,
  );
});

const byHand = {
  gateway: "egress",
  served: ["192.168.125.0/24"],
  destinations: ["0.0.0.0/0"],
  vpcCidrs: ["192.168.0.0/16"],
  insideMacs: ["fa:16:3e:00:00:03"],
};

test("no name ends a comment of the rendered script, and no range that is none gets into it", () => {
  const ordinary = renderShellScript(byHand);
  fc.assert(
    fc.property(outsiders, (text) => {
      const script = renderShellScript({ ...byHand, gateway: text });
      expect(script.split(/\r?\n|\r/)).toHaveLength(ordinary.split("\n").length);
      expect(script.split("\n").slice(2)).toEqual(ordinary.split("\n").slice(2));
      expect(parse(renderCloudInit({ ...byHand, gateway: text }))).toHaveProperty("runcmd");
      for (const field of ["served", "destinations", "vpcCidrs"])
        expect(() => renderShellScript({ ...byHand, [field]: [text] })).toThrow(Problem);
    }),
    { numRuns: 50 },
  );
  const attack = renderShellScript({ ...byHand, insideMacs: ["x'; echo ATTACK >&2; '\n echo ATTACK"] });
  const { status, stderr } = spawnSync("sh", ["-n"], { input: attack });
  expect([status, stderr.toString()]).toEqual([0, ""]);
});
