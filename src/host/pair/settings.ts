/** What the pair's scripts are told, as shell variables. Pure. */
import { quote } from "../script.ts";
import type { Member } from "./member.ts";

export function settings({ gateway, device, address, peer, inner, outer, ownEip, targets }: Member): string {
  return `# Wayout: this proxy of the pair of gateway ${gateway}.
device=${quote(device)}
address=${address}
peer=${peer}
inner=${inner}
outer=${outer}
own_eip=${ownEip ? "yes" : "no"}
targets=${quote(targets.join(" "))}
`;
}
