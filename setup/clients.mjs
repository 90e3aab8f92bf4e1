// Sets up the clients of `npm run test:clients`, outside of the repository: Python packages from PyPI, and OpenTofu with
// two Terraform providers, built from their Go modules. What is there already is kept; test/clients says which versions.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { attempt, root, run, say } from "./run.mjs";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wayout", "clients");
const wanted = join(root, "test", "clients");

const otcProvider = "terraform-provider-opentelekomcloud";
const openstackProvider = "terraform-provider-openstack";

mkdirSync(cache, { recursive: true });
setUp("python", "requirements.txt", installPython);
need(goProgram("tofu", "tofu", "github.com/opentofu/opentofu/cmd/tofu"));
need(
  goProgram(
    "openstack-provider",
    openstackProvider,
    `github.com/${openstackProvider}/${openstackProvider}/v3`,
  ),
);
if (!process.env.WAYOUT_OTC_PROVIDER) {
  const refused = goProgram("otc-provider", otcProvider, `github.com/opentelekomcloud/${otcProvider}`);
  // Not every Go module proxy has it. The other clients are tried all the same.
  if (refused !== undefined)
    say(`${refused}\nsetup: WAYOUT_OTC_PROVIDER=/path/to/${otcProvider} names one that was built elsewhere`);
}

function need(failure) {
  if (failure === undefined) return;
  say(failure);
  process.exit(1);
}

/**
 * A folder that was made for the same list of versions is kept. The list is copied last: it marks a whole folder.
 * @returns what was said, where the work failed.
 */
function setUp(name, list, work) {
  const folder = join(cache, name);
  const mark = join(folder, "made-for");
  const source = join(wanted, list);
  if (existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(source, "utf8")) return undefined;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const begun = Date.now();
  const failure = work(folder, source);
  if (failure !== undefined) return failure;
  copyFileSync(source, mark);
  say(`setup: ${name} is ready in ${folder}, after ${Math.round((Date.now() - begun) / 1000)} s`);
  return undefined;
}

function installPython(folder, requirements) {
  say("setup: installing OTC's Python client from PyPI");
  // Debian's own Python: the one that /usr/bin/openstack runs on.
  if (spawnSync("/usr/bin/python3", ["-c", "import ensurepip"]).status !== 0) {
    run("apt-get", ["update", "-q"]);
    run("apt-get", ["install", "-y", "-q", "--no-install-recommends", "python3-venv"]);
  }
  run("/usr/bin/python3", ["-m", "venv", folder]);
  run(join(folder, "bin", "pip"), ["install", "-q", "--disable-pip-version-check", "-r", requirements]);
}

/** @param program the file's name. @param source its package in the module that `name`.mod requires. */
function goProgram(name, program, source) {
  return setUp(name, `${name}.mod`, (folder, module) => {
    if (spawnSync("go", ["version"]).error) {
      return `setup: ${program} is built by Go 1.21 or newer, and there is no \`go\` here. Install it and run this again.`;
    }
    say(`setup: building ${program} (minutes)`);
    copyFileSync(module, join(folder, "go.mod"));
    return attempt("go", ["build", "-mod=mod", "-o", join(folder, program), source], folder);
  });
}
