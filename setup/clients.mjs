// Sets up the clients of `npm run test:clients`, outside of the repository: Python packages from PyPI, and OpenTofu with
// two Terraform providers, built from their Go modules. What is there already is kept; test/clients says which versions.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run, say } from "./run.mjs";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wayout", "clients");
const wanted = join(root, "test", "clients");

mkdirSync(cache, { recursive: true, mode: 0o700 });
refuseOthersFolder();
setUp("python", "requirements.txt", installPython);
buildGoProgram("tofu", "tofu", "github.com/opentofu/opentofu/cmd/tofu");
buildGoProgram(
  "otc-provider",
  "terraform-provider-opentelekomcloud",
  "github.com/opentelekomcloud/terraform-provider-opentelekomcloud",
);
buildGoProgram(
  "openstack-provider",
  "terraform-provider-openstack",
  "github.com/terraform-provider-openstack/terraform-provider-openstack/v3",
);

/** What is in it is run by whoever tests, root for the most part, whose HOME may be another user's. */
function refuseOthersFolder() {
  const { uid, mode } = statSync(cache);
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return;
  say(`setup: ${cache} belongs to another user, or others can write to it. Set HOME or XDG_CACHE_HOME.`);
  process.exit(1);
}

/** A folder that was made for the same list of versions is kept. The list is copied last: it marks a whole folder. */
function setUp(name, list, work) {
  const folder = join(cache, name);
  const mark = join(folder, "made-for");
  const source = join(wanted, list);
  if (existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(source, "utf8")) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const begun = Date.now();
  work(folder, source);
  copyFileSync(source, mark);
  say(`setup: ${name} is ready in ${folder}, after ${Math.round((Date.now() - begun) / 1000)} s`);
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
function buildGoProgram(name, program, source) {
  setUp(name, `${name}.mod`, (folder, module) => {
    if (spawnSync("go", ["version"]).error) {
      say(
        `setup: ${program} is built by Go 1.21 or newer, and there is no \`go\` here. Install it and run this again.`,
      );
      process.exit(1);
    }
    say(`setup: building ${program} (minutes)`);
    copyFileSync(module, join(folder, "go.mod"));
    run("go", ["build", "-mod=mod", "-o", join(folder, program), source], folder);
  });
}
