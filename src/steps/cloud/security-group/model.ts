import { z } from "zod";
import { address, anyRange, cidr, cloudId, sshPort } from "../../../spec/forms.ts";
import { cloudText, gatewayName } from "../../../spec/record-forms.ts";
import { ownName } from "../../gateway.ts";

/** A name or a number of IP protocols. */
const protocol = z.string().regex(/^[A-Za-z0-9-]{1,32}$/, "is not a protocol");
/** Of ICMP, a type and a code. */
const portOrType = z.int().min(-1).max(65535);

const rule = z.object({
  direction: z.enum(["ingress", "egress"]),
  ethertype: z.enum(["IPv4", "IPv6"]),
  protocol: protocol.nullable(),
  portMin: portOrType.nullable(),
  portMax: portOrType.nullable(),
  remoteCidr: anyRange.nullable(),
  remoteGroupId: cloudId.nullable(),
  description: cloudText,
});
const group = z.object({ id: cloudId, name: z.string(), rules: z.array(rule) });
const placedRule = z.object({ groupId: cloudId, groupName: z.string(), rule });

export const want = z
  .object({
    gateway: gatewayName,
    server: z.string(),
    nicId: cloudId,
    nicIp: address,
    groupName: z.string(),
    /** Ranges of the served subnets. */
    served: z.array(cidr),
    /**
     * The other proxy of a pair: it elects, tells of connections, and tries the way out through this one, which may be
     * logged in to by way of it.
     */
    peer: z.object({ ip: address, sshPort }).exactOptional(),
    mode: z.enum(["own", "add"]),
    /** It is the NIC that packets leave by, of a proxy between two networks: its source/destination check stays on. */
    outside: z.literal(true).exactOptional(),
    /** An edit of a group may end inbound connections of its members. */
    editsEndConnections: z.literal(true).exactOptional(),
  })
  // Undo deletes the group of this name.
  .refine(
    ({ gateway, groupName }) => groupName.startsWith(`${ownName(gateway)}-`),
    "groupName is not the gateway's own",
  );

export const have = z.object({
  /** Groups of the NIC, the own one included. */
  onNic: z.array(group),
  /** The gateway's own group, on the NIC or not. */
  own: group.nullable(),
  /** Rules anywhere that name one of the NIC's other groups: they let the NIC in by its membership. */
  referring: z.array(placedRule),
  /** Rules of ours in other people's groups, for the NIC's address. */
  grants: z.array(placedRule),
  /** Rules of other groups that name the own group: with the check off they match any address. */
  trapped: z.array(placedRule),
  /** The NIC does not exist any more; the rest is what it left behind. */
  nicGone: z.literal(true).exactOptional(),
});

export type Rule = z.infer<typeof rule>;
export type Group = z.infer<typeof group>;
export type PlacedRule = z.infer<typeof placedRule>;
export type Want = z.infer<typeof want>;
export type Have = z.infer<typeof have>;
