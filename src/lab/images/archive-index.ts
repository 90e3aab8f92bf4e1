/** The index of a small Debian archive, made from the big one's: format as in deb-control(5) and the Debian repository format. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export interface ArchivePackage {
  /** Path below the archive's root: pool/main/h/hello/hello_2.10-3_amd64.deb. */
  readonly path: string;
  /** Name of the .deb as apt and debootstrap store it: epochs are written with %3a. */
  readonly file: string;
  /** The package's whole paragraph. */
  readonly paragraph: string;
}

/** The paragraphs of `index` (the text of a Packages file) whose .deb is among `files`. */
export function packagesAmong(index: string, files: ReadonlySet<string>): readonly ArchivePackage[] {
  const found: ArchivePackage[] = [];
  for (const paragraph of index.split(/\n{2,}/)) {
    const name = field(paragraph, "Package");
    const path = field(paragraph, "Filename");
    const version = field(paragraph, "Version")?.replaceAll(":", "%3a");
    const architecture = field(paragraph, "Architecture");
    if (name === undefined || path === undefined) continue;
    const file = `${name}_${version}_${architecture}.deb`;
    if (files.has(file)) found.push({ path, file, paragraph: paragraph.trim() });
  }
  return found;
}

/** The files below dists/, by path below the archive's root. `date` stands in the Release file. */
export function indexFiles(
  packages: readonly ArchivePackage[],
  suite: string,
  architecture: string,
  date: Date,
): ReadonlyMap<string, Buffer> {
  const text = Buffer.from(packages.map(({ paragraph }) => `${paragraph}\n`).join("\n"));
  const below = `main/binary-${architecture}`;
  const indexes = [
    { path: `${below}/Packages`, content: text },
    { path: `${below}/Packages.gz`, content: gzipSync(text) },
  ];
  const sums = indexes.map(({ path, content }) => {
    const sum = createHash("sha256").update(content).digest("hex");
    return ` ${sum} ${content.length} ${path}`;
  });
  const release = [
    "Origin: Wayout lab",
    `Suite: ${suite}`,
    `Codename: ${suite}`,
    `Date: ${date.toUTCString().replace("GMT", "UTC")}`,
    `Architectures: ${architecture}`,
    "Components: main",
    "SHA256:",
    ...sums,
    "",
  ].join("\n");
  const dist = `dists/${suite}`;
  return new Map([
    [`${dist}/Release`, Buffer.from(release)],
    ...indexes.map(({ path, content }): [string, Buffer] => [`${dist}/${path}`, content]),
  ]);
}

function field(paragraph: string, name: string): string | undefined {
  const line = paragraph.startsWith(`${name}: `) ? 0 : paragraph.indexOf(`\n${name}: `) + 1;
  if (line === 0 && !paragraph.startsWith(`${name}: `)) return undefined;
  const start = line + name.length + 2;
  const end = paragraph.indexOf("\n", start);
  return paragraph.slice(start, end === -1 ? undefined : end);
}
