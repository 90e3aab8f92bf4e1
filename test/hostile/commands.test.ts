/** Commands that Wayout shows, with names of others in them: pasted, they are about that name and do nothing else. */
import { spawnSync } from "node:child_process";
import type { Command } from "commander";
import fc from "fast-check";
import { expect, test } from "vitest";
import { labCommand } from "../../src/cli/lab/index.ts";
import { mendCommandLine } from "../../src/cli/lab/options.ts";
import { sameFile } from "../../src/cli/options.ts";
import { undoCommand } from "../../src/cli/undo.ts";
import { commandFailed, sshProblem } from "../../src/host/errors.ts";
import type { RivalFirewall } from "../../src/host/host.ts";
import { blockingRivals } from "../../src/host/verdict/blocking-rivals.ts";
import { command } from "../../src/report/command.ts";
import { visible } from "../../src/report/visible.ts";
import { outsiders } from "./outsiders-text.ts";

/** The words of each command of a pasted line, as a shell runs it; every command is only recorded. */
function pasted(line: string): readonly (readonly string[])[] {
  const programs = ["ssh", "ssh-keygen", "ssh-keyscan", "wayout", "nft", "iptables-legacy", "ufw"];
  const record = programs
    .map((name) => `${name}() { printf '%s\\0' ${name} "$@"; printf '\\n\\0'; }`)
    .join("\n");
  // bash is sh there where a function may have a dash in its name.
  const { stdout, stderr, status } = spawnSync("bash", ["-c", `${record}\n${line}`], { encoding: "utf8" });
  // No program can be given a NUL.
  expect([status, stderr.replace(/^.*ignored null byte in input\n/gm, "")]).toEqual([0, ""]);
  return stdout
    .split("\n\0")
    .slice(0, -1)
    .map((words) => words.split("\0").slice(0, -1));
}

/** What a program gets: no NUL, and no newline at the end of what has one. */
function held(value: string): string {
  const bytes = Buffer.from(value.replaceAll("\0", "")).toString();
  return visible(value) === value && !/[\n\t]/.test(value) ? bytes : bytes.replace(/\n+$/, "");
}

const runs = { numRuns: 60 };

function operandsOf(made: Command, words: readonly string[]) {
  return made.parseOptions([...words]);
}

function subcommand(of: Command, name: string): Command {
  const found = of.commands.find((one) => one.name() === name);
  if (!found) throw new Error(`no command ${name}`);
  return found;
}

test("a command of Wayout's own takes the name for what it is, even one like an option", () => {
  fc.assert(
    fc.property(outsiders, outsiders, (name, file) => {
      fc.pre(held(name) !== "");
      const options = sameFile({ file, lab: name });
      const [undo = []] = pasted(command("wayout undo", { options, operands: [name] }));
      const made = undoCommand();
      expect(operandsOf(made, undo.slice(2))).toEqual({ operands: [held(name)], unknown: [] });
      expect(made.opts()).toMatchObject({ file: held(file), lab: held(name) });
    }),
    runs,
  );
});

test.each(["--all", "-x", "mtu 1400 --blackhole", "cable ecs-1"])("so does lab mend: %s", (id) => {
  const [words = []] = pasted(mendCommandLine("mine", id));
  const mend = subcommand(labCommand(), "mend");
  expect(operandsOf(mend, words.slice(3))).toEqual({ operands: id.split(" "), unknown: [] });
  expect(mend.opts()).toEqual({ name: "mine" });
});

test.each(["--name", "-x", "ecs-1"])("so does lab exec: %s", (name) => {
  const line = command("wayout lab exec", { options: [["--name", "mine"]], operands: [name, "sh"] });
  const exec = subcommand(labCommand(), "exec");
  expect(operandsOf(exec, pasted(line)[0]?.slice(3) ?? [])).toEqual({ operands: [name, "sh"], unknown: [] });
  expect(exec.opts()).toEqual({ name: "mine" });
});

const outcome = {
  ...{ commandLine: "ssh x", exitCode: 255, timedOut: false, timeoutMs: 1, overflowed: false, began: false },
  ...{ said: "", stderr: "", printed: "", notRoot: false },
};

/** What stands behind the last words of the sentence before it. */
function behind(hint: string | undefined, words: string): string {
  expect(hint).toContain(words);
  return hint?.slice(hint.indexOf(words) + words.length) ?? "";
}

test("a hint's ssh logs in to the destination, whatever is in it", () => {
  fc.assert(
    fc.property(outsiders, outsiders, (destination, user) => {
      const address = { server: "x", destination, user, port: 2222 };
      const { hint } = commandFailed(address, { commandLine: "ssh x", exitCode: 1, stderr: "" });
      const login = held(`${user}@${destination}`);
      expect(pasted(behind(hint, "By hand: "))).toEqual([["ssh", "-p", "2222", "--", login]]);
      const unknown = sshProblem(address, { ...outcome, said: "Host key verification failed." }).hint;
      const scan = behind(unknown, "can be trusted: ").replace(/ >> ~\/\.ssh\/known_hosts$/, "");
      expect(pasted(scan)).toEqual([["ssh-keyscan", "-p", "2222", "--", held(destination)]]);
    }),
    runs,
  );
});

test.each([
  ["/home/me/.ssh/known_hosts", ["-f", "/home/me/.ssh/known_hosts"]],
  ["/tmp/a'$(id);b", []],
])("a hint's ssh-keygen forgets the key of that name, in %s if ssh named that file", (path, file) => {
  const said = `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nOffending ED25519 key in ${path}:3\n`;
  const { hint } = sshProblem({ server: "x", destination: "-y;reboot" }, { ...outcome, said });
  expect(pasted(behind(hint, "forget the old key: "))).toEqual([["ssh-keygen", "-R", "-y;reboot", ...file]]);
});

const service = { served: ["10.30.1.0/24"], destinations: ["0.0.0.0/0"] };

/** The fix for a host whose device, and nft table, have these names. */
function fixOf(device: string, rival: RivalFirewall): string {
  const passage = {
    egress: { device, address: "10.30.9.4" },
    insideDevices: [device],
    ownAddresses: [],
  };
  return blockingRivals([rival], "nftables", passage, service)[0]?.fix ?? "";
}

test.each(["iptables", "docker", "ufw"] as const)(
  "a fix for %s has the host's device as one word",
  (name) => {
    const rules = ["*filter", ":FORWARD DROP [0:0]", "COMMIT"].join("\n");
    fc.assert(
      fc.property(outsiders, (device) => {
        const fix = fixOf(device, { name, backend: "iptables-legacy", rules });
        const commands = pasted(fix);
        expect(commands.map(([program]) => program)).toEqual(
          name === "ufw" ? ["ufw"] : ["iptables-legacy", "iptables-legacy"],
        );
        expect(commands.at(-1)?.filter((word) => word === held(device))).toHaveLength(2);
      }),
      runs,
    );
  },
);

test("a fix for nft is shown only with names that nft reads as names", () => {
  const rules = "chain forward {\n  type filter hook forward priority 0; policy drop;\n}";
  const fix = (table: string, device: string) =>
    fixOf(device, { name: "nftables", backend: "nftables", table: `inet ${table}`, rules });
  expect(pasted(fix("mine", "eth0")).map((words) => words.slice(0, 6))).toEqual([
    ["nft", "insert", "rule", "inet", "mine", "forward"],
    ["nft", "insert", "rule", "inet", "mine", "forward"],
  ]);
  for (const odd of ["a;flush", "a}", "-f", "a\nb", "$(id)"]) {
    expect(fix(odd, "eth0")).toMatch(/^by a rule of your own/);
    expect(fix("mine", odd)).toMatch(/^by a rule of your own/);
  }
});
