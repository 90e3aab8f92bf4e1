/** What the pair's scripts are told, as shell variables. Pure. */
import { quote } from "../script.ts";
import type { Member } from "./member.ts";

export function settings(member: Member): string {
  const { gateway, device, outsideDevice, address, peer, inner, outer, ownEip, targets } = member;
  return `# Wayout: this proxy of the pair of gateway ${gateway}.
device=${quote(device)}
outside=${quote(outsideDevice)}
address=${address}
peer=${peer}
inner=${inner}
outer=${outer}
own_eip=${ownEip ? "yes" : "no"}
targets=${quote(targets.join(" "))}
`;
}
