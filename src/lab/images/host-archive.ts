/** Where this machine gets its Debian packages from: the image is built from the same place. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const defaultArchive = "http://deb.debian.org/debian";

/** URL of the Debian archive that apt on this machine uses. */
export function hostArchive(etc = "/etc/apt"): string {
  const parts = join(etc, "sources.list.d");
  const files = [
    join(etc, "sources.list"),
    ...(existsSync(parts) ? readdirSync(parts).sort() : []).map(inParts),
  ];
  for (const path of files.filter(existsSync)) {
    const found = archiveIn(readFileSync(path, "utf8"));
    if (found !== undefined) return found;
  }
  return defaultArchive;

  function inParts(name: string): string {
    return join(parts, name);
  }
}

/**
 * The first URL in a sources file, in either format of sources.list(5), that looks like a mirror of Debian itself
 * (their paths end in /debian by Debian's own rule for mirrors); undefined where there is none.
 */
export function archiveIn(text: string): string | undefined {
  for (const line of text.split("\n")) {
    const match = /^(?:deb\s+(?:\[[^\]]*\]\s*)?|URIs:\s*)(.+)$/i.exec(line.trim());
    const words = match?.[1]?.split(/\s+/) ?? [];
    const url = words.find((word) => /^https?:\/\/\S+\/debian\/?$/.test(word));
    if (url !== undefined) return url.replace(/\/$/, "");
  }
  return undefined;
}
