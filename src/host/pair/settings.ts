/** What the pair's scripts are told, as shell variables. Pure. */
import { oneLine } from "../../report/visible.ts";
import { quote } from "../script.ts";
import type { Member } from "./member.ts";

export function settings(member: Member): string {
  const { gateway, device, outsideDevice, address, peer, inner, outer, ownEip, targets } = member;
  return `# Wayout: this proxy of the pair of gateway ${oneLine(gateway)}.
device=${quote(device)}
outside=${quote(outsideDevice)}
address=${quote(address)}
peer=${quote(peer)}
inner=${quote(inner)}
outer=${quote(outer)}
own_eip=${ownEip ? "yes" : "no"}
targets=${quote(targets.join(" "))}
`;
}
