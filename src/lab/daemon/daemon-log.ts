/** One line of the lab's log: what happened, and how many milliseconds after its daemon started. */
export function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} +${Math.round(performance.now())} ms  ${text}\n`);
}
