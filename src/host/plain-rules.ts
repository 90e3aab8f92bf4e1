/** The ranges of the rules as comments, alike in the words of either compiler: a script on the host reads them. Pure. */
import type { Rules } from "./rules.ts";

/** `# served 192.168.125.0/24`. In this form `src/host/pair/scripts/judge.pl` reads them. */
export function plainRules({ served, destinations, vpcCidrs, closed }: Rules): string {
  const ranges = { served, destinations, vpc: vpcCidrs, closed };
  return Object.entries(ranges)
    .map(([name, cidrs]) => `# ${name} ${cidrs.join(" ")}`)
    .join("\n");
}
