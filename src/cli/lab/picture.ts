/** A lab in words, for people. */
import { sameLab } from "../../lab/client/places.ts";
import type { LabStatus } from "../../lab/client/status.ts";
import { command } from "../../report/command.ts";
import { linesOf, oneLine, visible } from "../../report/visible.ts";
import { mendCommandLine } from "./options.ts";

/** Lists longer than this are cut: nobody reads a hundred lines to learn that the lab is up. */
const shownServers = 12;

/** The lab's servers, and what is broken in it. */
export function picture(status: LabStatus, options: { readonly all: boolean }): string {
  const shown = options.all ? status.servers : status.servers.slice(0, shownServers);
  const rows = shown.map((server) => [
    server.name,
    server.privateIp,
    server.eip ?? "-",
    server.subnet,
    server.image === "debian" ? server.kind : `${server.kind} (${server.image})`,
    server.state,
  ]);
  const heads = ["server", "private IP", "EIP", "subnet", "kind", "state"];
  // As wide as it is shown.
  const lines = table([heads, ...rows].map((row) => row.map((cell) => visible(oneLine(cell)))));
  const more = status.servers.length - shown.length;
  if (more > 0)
    lines.push(
      `and ${more} more; \`${command("wayout lab status", { options: sameLab(status.name) })}\` lists all`,
    );
  for (const { id, effect } of status.faults)
    lines.push(`broken: ${effect}; \`${mendCommandLine(status.name, id)}\``);
  return linesOf(lines.map((line) => `  ${line}`));
}

/** Columns as wide as their widest cell, two spaces between them. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

/** "1.9 s", "4 min", "2 h 5 min" */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
