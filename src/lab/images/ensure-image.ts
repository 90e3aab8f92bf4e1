/** The root file systems that the lab's servers start from: made once, then cached. */
import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { LabImageName } from "../state.ts";
import { cacheDirectory, finished, prune, withCacheLock } from "./cache.ts";
import { hostArchive } from "./host-archive.ts";
import { debianPackages, mirrorPackages, recipeKey, recipeOf, scripts, siteNames, suite } from "./recipe.ts";
import { runScript } from "./run-script.ts";
import { writeArchive } from "./write-archive.ts";

export interface LabImage {
  readonly name: LabImageName;
  /** Lower directories of a server's overlay, the topmost first. Never written to. */
  readonly lower: readonly string[];
  /** PEM file of the certificate authority that servers of this image trust. */
  readonly caCertificate: string;
  /** PEM file of its key, readable by root alone and not part of any server. */
  readonly caKey: string;
  /** PEM files of what the Internet's hosts show, signed by that authority for all their names and addresses. */
  readonly siteCertificate: string;
  readonly siteKey: string;
  /** Directory of a Debian archive with the image's packages and a few more. */
  readonly mirror: string;
}

export interface EnsureImageOptions {
  /** Told what is being done, when it takes long. */
  note(text: string): void;
}

/** Returns the image, making it first where the cache does not have it. Throws Problem "lab/image-build-failed". */
export async function ensureImage(name: LabImageName, options: EnsureImageOptions): Promise<LabImage> {
  const cache = cacheDirectory();
  const architecture = execFileSync("dpkg", ["--print-architecture"], { encoding: "utf8" }).trim();
  const keys: Record<LabImageName, string> = {
    debian: recipeKey("debian", recipeOf("debian", architecture)),
    sysv: recipeKey("sysv", recipeOf("sysv", architecture)),
  };
  const wanted: readonly LabImageName[] = name === "debian" ? ["debian"] : ["debian", "sysv"];
  if (!wanted.every((each) => finished(cache, keys[each]))) {
    const build = async (): Promise<void> => {
      prune(cache, new Set(Object.values(keys)));
      const place = { cache, architecture, debian: join(cache, keys.debian), sysv: join(cache, keys.sysv) };
      if (!finished(cache, keys.debian)) await buildDebian(place, options);
      if (name === "sysv" && !finished(cache, keys.sysv)) await buildSysv(place, options);
    };
    await withCacheLock(cache, build, () => options.note("another command is making images: waiting for it"));
  }
  const debian = join(cache, keys.debian);
  return {
    name,
    lower: wanted.map((each) => join(cache, keys[each], "root")).toReversed(),
    caCertificate: join(debian, "ca/certificate.pem"),
    caKey: join(debian, "ca/key.pem"),
    siteCertificate: join(debian, "ca/site-certificate.pem"),
    siteKey: join(debian, "ca/site-key.pem"),
    mirror: join(debian, "mirror"),
  };
}

interface Place {
  readonly cache: string;
  readonly architecture: string;
  /** Where the finished images go. */
  readonly debian: string;
  readonly sysv: string;
}

async function buildDebian(place: Place, { note }: EnsureImageOptions): Promise<void> {
  const archive = hostArchive();
  const building = newBuild(place.cache, "building-debian");
  const packages = join(place.cache, `packages-${suite}-${place.architecture}`);
  mkdirSync(join(packages, "partial"), { recursive: true });
  const log = newLog(place.cache, "debian");
  const environment = {
    ROOT: join(building, "root"),
    CA: join(building, "ca"),
    SITES: siteNames.join(","),
    CA_CERTIFICATE: join(building, "ca/certificate.pem"),
    WORK: join(building, "apt"),
    PACKAGES: packages,
    SUITE: suite,
    ARCH: place.architecture,
    ARCHIVE: archive,
    INCLUDE: debianPackages.join(","),
    EXTRA: mirrorPackages.join(" "),
  };
  note(`making the Debian image of the lab's servers from ${archive}: once, about a minute`);
  await runScript({ script: scripts.certificateAuthority, environment, log });
  await runScript({ script: scripts.debian, environment, log });
  note("fetching the packages of the lab's Debian mirror");
  await runScript({ script: scripts.packages, environment, log });
  const index = join(environment.WORK, "index");
  writeArchive(join(building, "mirror"), { packages, index, suite, architecture: place.architecture });
  rmSync(environment.WORK, { recursive: true });
  rmSync(log);
  renameSync(building, place.debian);
}

async function buildSysv(place: Place, { note }: EnsureImageOptions): Promise<void> {
  const building = newBuild(place.cache, "building-sysv");
  const log = newLog(place.cache, "sysv");
  const environment = {
    ROOT: join(building, "root"),
    LOWER: join(place.debian, "root"),
    MIRROR: join(place.debian, "mirror"),
    WORK: join(building, "work"),
    SUITE: suite,
  };
  note("making the image of an old server (SysV init, iptables) from the Debian one: once, a few seconds");
  await runScript({ script: scripts.sysv, environment, log });
  rmSync(environment.WORK, { recursive: true });
  rmSync(log);
  renameSync(building, place.sysv);
}

function newBuild(cache: string, name: string): string {
  const path = join(cache, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path);
  return path;
}

function newLog(cache: string, name: string): string {
  const path = join(cache, `build-${name}.log`);
  rmSync(path, { force: true });
  return path;
}
