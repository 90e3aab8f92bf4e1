/** A server's disk: the writable layer over its image. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface DiskFile {
  /** Absolute, as the server sees it. */
  readonly path: string;
  readonly content: string;
  /** Octal permissions; 0o644 unless given. */
  readonly mode?: number;
  /** Owner and group; 0 (root) unless given. */
  readonly owner?: number;
}

/** Makes the directories of a new disk and its first files. A disk that is there is left as it is. */
export function prepareDisk(disk: string, lower: readonly string[], files: readonly DiskFile[]): void {
  const upper = join(disk, "upper");
  if (existsSync(upper)) return;
  const draft = join(disk, "upper.new");
  rmSync(draft, { recursive: true, force: true });
  for (const path of [draft, join(disk, "work"), join(disk, "root")]) mkdirSync(path, { recursive: true });
  chmodSync(draft, 0o755);
  for (const file of files) placeFile(draft, lower, file);
  // Only a disk with all its files is a disk: the name comes last.
  renameSync(draft, upper);
}

function placeFile(upper: string, lower: readonly string[], file: DiskFile): void {
  const owner = file.owner ?? 0;
  makeDirectory(upper, lower, dirname(file.path), owner);
  const target = join(upper, file.path);
  writeFileSync(target, file.content);
  chmodSync(target, file.mode ?? 0o644);
  if (owner !== 0) chownSync(target, owner, owner);
}

/** A directory of the upper layer hides the lower one's mode and owner, so it takes them over. */
function makeDirectory(upper: string, lower: readonly string[], path: string, owner: number): void {
  const target = join(upper, path);
  if (path === "/" || existsSync(target)) return;
  makeDirectory(upper, lower, dirname(path), owner);
  mkdirSync(target);
  const like = lower.map((layer) => join(layer, path)).find((candidate) => existsSync(candidate));
  const stat = like === undefined ? { mode: 0o755, uid: owner, gid: owner } : statSync(like);
  chmodSync(target, stat.mode & 0o7777);
  if (stat.uid !== 0 || stat.gid !== 0) chownSync(target, stat.uid, stat.gid);
}
