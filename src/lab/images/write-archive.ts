/** Puts fetched .deb files and their index into the form of a Debian archive. */
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { indexFiles, packagesAmong } from "./archive-index.ts";

export interface ArchiveParts {
  /** Directory of .deb files. Those that the index no longer knows are old versions and are removed. */
  readonly packages: string;
  /** The big archive's Packages file. */
  readonly index: string;
  readonly suite: string;
  readonly architecture: string;
}

/** Writes the archive below `target`. The files are hard links: they take no room of their own. */
export function writeArchive(target: string, parts: ArchiveParts): void {
  const files = new Set(readdirSync(parts.packages).filter((name) => name.endsWith(".deb")));
  const packages = packagesAmong(readFileSync(parts.index, "utf8"), files);
  for (const { path, file } of packages) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    linkSync(join(parts.packages, file), join(target, path));
    files.delete(file);
  }
  for (const file of files) rmSync(join(parts.packages, file));
  for (const [path, content] of indexFiles(packages, parts.suite, parts.architecture, new Date())) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
}
