/** How many connections the proxy's kernel should be able to track. */

/** An entry takes about 320 bytes, so this spends at most 4 % of the memory on a full table. */
const entriesPerMiB = 128;
const fewest = 65_536;
const most = 2_097_152;
/** Entries per hash bucket when the table is full; the kernel's own proportion on large machines. */
const entriesPerBucket = 4;

export function conntrackSize(memoryMiB: number): { readonly max: number; readonly buckets: number } {
  const wanted = Math.min(most, Math.max(fewest, memoryMiB * entriesPerMiB));
  // A power of two: neighbouring readings of the memory give the same size.
  const max = 2 ** Math.floor(Math.log2(wanted));
  return { max, buckets: max / entriesPerBucket };
}

/** The same for awk, which a host has: prints the size for `mib` of memory. */
export const conntrackMiB = `max = ${fewest}; while (max * 2 <= mib * ${entriesPerMiB} && max < ${most}) max *= 2; print max`;
