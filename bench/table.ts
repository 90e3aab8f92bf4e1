/** Columns side by side: as text for a terminal, as a table for a page. */

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  return all.map((row) => `  ${row.map((cell, at) => padded(cell, widths[at] ?? 0)).join("   ")}`).join("\n");
}

export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

/** Figures end below each other, words begin below each other. */
function padded(cell: string, width: number): string {
  return /^[\d-]/.test(cell) ? cell.padStart(width) : cell.padEnd(width);
}
