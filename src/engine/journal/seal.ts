/**
 * The seal of a record: a keyed digest (HMAC-SHA256, RFC 2104) over everything that the record says, with a key that lies
 * outside of the journal's folder. Whoever can write to the journal and does not have the key can make no record that undo
 * takes for Wayout's own. See docs/decisions/0013-the-journal-is-sealed.md. Pure.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** A record as the database has it. */
export interface SealedRow {
  readonly seq: number;
  readonly run: number;
  readonly gateway: string;
  readonly step_id: string;
  readonly kind: string;
  readonly object: string;
  readonly title: string;
  readonly want: string;
  readonly before: string;
  readonly after: string | null;
  readonly state: string;
}

/** `changed`: sealed by this key, and not as it was sealed. `unsealed`: without a seal, or with another key's. */
export type Doubt = "changed" | "unsealed";

export function sealOf(row: SealedRow, key: Buffer): string {
  const { seq, run, gateway, step_id, kind, object, title, want, before, after, state } = row;
  const text = JSON.stringify([seq, run, gateway, step_id, kind, object, title, want, before, after, state]);
  const digest = createHmac("sha256", key).update(`wayout record 1\n${text}`).digest("hex");
  return `${nameOf(key)} ${digest}`;
}

/** @returns undefined for a record that is as this user's Wayout wrote it. */
export function doubtAbout(row: SealedRow, seal: string | null, key: Buffer | undefined): Doubt | undefined {
  if (seal === null || key === undefined || !seal.startsWith(`${nameOf(key)} `)) return "unsealed";
  const right = Buffer.from(sealOf(row, key));
  const there = Buffer.from(seal);
  return right.length === there.length && timingSafeEqual(right, there) ? undefined : "changed";
}

/** Tells keys apart without telling anything of them. */
function nameOf(key: Buffer): string {
  return createHash("sha256").update("wayout key\n").update(key).digest("hex").slice(0, 8);
}
