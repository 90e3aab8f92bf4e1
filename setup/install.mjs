// Sets up what is missing on a Debian-like machine: Debian packages, then npm packages from the lock file.
// Plain JavaScript without dependencies, since it runs first, on whatever Node there is (20 or newer).
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { debianPackages } from "./debian-packages.mjs";
import { root, run, say } from "./run.mjs";

const modules = join(root, "node_modules");
const pinnedNode = join(modules, "node", "bin", "node");
const installedMark = join(modules, ".installed-lock");

const missing = missingPackages();
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");
const modulesMissing =
  !existsSync(pinnedNode) || !existsSync(installedMark) || readFileSync(installedMark, "utf8") !== lock;

refuseWhereImpossible();
if (missing.length > 0) installDebianPackages();
if (modulesMissing) installNodeModules();

/** Nothing is begun on a machine where it could not be finished; the user gets the commands instead. */
function refuseWhereImpossible() {
  const commands = [
    ...(missing.length > 0
      ? [`apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`]
      : []),
    ...(modulesMissing ? ["npm ci"] : []),
  ];
  if (!isDebianLike()) {
    stop("this is not a Debian-like machine, and the lab is made of Debian's parts.", [
      "# on Debian 12 or newer, as root:",
      ...commands,
      "npm start",
    ]);
  }
  if (process.getuid?.() !== 0) {
    stop("the lab makes network namespaces and boots machines, which needs root.", [
      ...commands.map((command) => `sudo sh -c '${command}'`),
      "sudo npm start",
    ]);
  }
}

function isDebianLike() {
  if (!existsSync("/etc/os-release") || !existsSync("/usr/bin/apt-get")) return false;
  return /^ID(_LIKE)?=.*debian/m.test(readFileSync("/etc/os-release", "utf8"));
}

function missingPackages() {
  if (!existsSync("/usr/bin/dpkg-query")) return debianPackages;
  // A line of it: "ii  nftables  1.0.6-2  amd64  Program to control ...".
  const { stdout } = spawnSync("dpkg-query", ["--list", ...debianPackages], { encoding: "utf8" });
  const installed = new Set([...stdout.matchAll(/^[a-z]i\s+([^\s:]+)/gm)].map((match) => match[1]));
  return debianPackages.filter((name) => !installed.has(name));
}

function installDebianPackages() {
  say(`setup: installing Debian packages: ${missing.join(", ")}`);
  run("apt-get", ["update", "-q"]);
  run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing]);
}

function installNodeModules() {
  say("setup: installing npm packages from package-lock.json");
  run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  // npm may be told not to run packages' scripts; the package `node` fetches its binary in one.
  if (!existsSync(pinnedNode)) run(process.execPath, ["installArchSpecificPackage"], join(modules, "node"));
  // The lock file has no hash of it: it is not run before its own is known.
  run("sh", [join(root, "setup", "check-node.sh")]);
  const version = execFileSync(pinnedNode, ["--version"], { encoding: "utf8" }).trim();
  writeFileSync(installedMark, lock);
  say(`setup: done; Wayout runs on Node ${version}`);
}

function stop(reason, commands) {
  say(`setup: ${reason} Nothing was changed. Run:\n${commands.map((line) => `  ${line}`).join("\n")}`);
  process.exit(1);
}
