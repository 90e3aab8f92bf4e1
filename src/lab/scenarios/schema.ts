/** What a scenario file may say. Rules between its parts (names, ranges) are in `check.ts`. */
import { z } from "zod";
import { isAddress, parseRange } from "../../spec/addresses.ts";

const range = z.string().superRefine((text, context) => {
  const parsed = parseRange(text);
  if (!parsed) context.addIssue(`${text} is not an IPv4 range like 192.168.0.0/16`);
  else if (parsed.cidr !== text) context.addIssue(`${text} has host bits set; did you mean ${parsed.cidr}?`);
});
const address = z.string().refine(isAddress, "must be an IPv4 address like 192.168.125.4");
const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, "must be 1 to 63 letters, digits, dots, dashes or underscores");
/** A server's name is also its host name. */
const serverName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,50}$/, "must be 1 to 51 of a-z, 0-9 and -, beginning with a letter");
/** "22", "8000-8100", or "any". */
const ports = z
  .union([z.int().min(1).max(65535), z.string().regex(/^(any|\d{1,5}(-\d{1,5})?)$/)], {
    error: 'must be a port (22), a range ("8000-8100") or any',
  })
  .default("any");

const routeSchema = z.strictObject({
  destination: range,
  type: z.enum(["ecs", "eni", "vip", "nat", "peering", "vpn", "dc", "er"]).default("ecs"),
  /** A server's name for `ecs` and `eni`, an address for `vip`, any id for what the lab does not have. */
  nextHop: z.string().min(1),
});

const vpcSchema = z.strictObject({
  name,
  cidr: range,
  /**
   * What the router leads to: `outside`; `inside`, the VPC's subnets alone; `none`: a network without a router, which goes
   * by its subnet's name. Only with `cloud: openstack`.
   */
  router: z.enum(["outside", "inside", "none"]).default("outside"),
  subnets: z.array(z.strictObject({ name, cidr: range })).default([]),
  /** Tables beside the default one. A subnet that no table names uses the default one. */
  routeTables: z
    .array(
      z.strictObject({
        name,
        subnets: z.array(z.string()).default([]),
        routes: z.array(routeSchema).default([]),
      }),
    )
    .default([]),
});

const securityGroupSchema = z.strictObject({
  name,
  /** Exactly these. Without them: what a new group has on OTC, in from its own members, out to everywhere. */
  rules: z
    .array(
      z
        .strictObject({
          direction: z.enum(["in", "out"]),
          protocol: z.enum(["any", "tcp", "udp", "icmp"]).default("any"),
          ports,
          /** Who may send (`in`): a range, or the name of a group. Everybody without it. */
          from: z.string().optional(),
          /** Who may be reached (`out`): a range, or the name of a group. Everybody without it. */
          to: z.string().optional(),
        })
        .superRefine((rule, context) => {
          if (rule.direction === "in" && rule.to !== undefined)
            context.addIssue({
              code: "custom",
              path: ["to"],
              message: "a rule for `in` has `from`, not `to`",
            });
          if (rule.direction === "out" && rule.from !== undefined)
            context.addIssue({
              code: "custom",
              path: ["from"],
              message: "a rule for `out` has `to`, not `from`",
            });
        }),
    )
    .optional(),
});

const serverSchema = z.strictObject({
  name: serverName,
  /** `machine` boots Debian; `light` has namespaces and sshd only. */
  kind: z.enum(["machine", "light"]).default("light"),
  image: z.enum(["debian", "sysv"]).default("debian"),
  subnet: z.string().min(1),
  /** The first free address of the subnet without it. */
  ip: address.optional(),
  /** NICs besides the first one, which has the EIP and the default route. In other VPCs too with `cloud: openstack`. */
  moreNics: z.array(z.strictObject({ subnet: z.string().min(1), ip: address.optional() })).default([]),
  /** true: an EIP of the lab's choice. */
  eip: z.union([z.boolean(), address], { error: "must be true, false, or an EIP" }).default(false),
  /** The scenario's first group without it; a group like OTC's default one where the scenario has none. */
  securityGroups: z.array(z.string()).optional(),
  /** More than one: name-1, name-2 ... */
  count: z.int().min(1).max(500).default(1),
  /** The lab's SSH key may log in as root. */
  keyed: z.boolean().default(true),
});

export const scenarioSchema = z.strictObject({
  $schema: z.string().optional(),
  /** One line for people. */
  description: z.string().default(""),
  /**
   * Whose APIs and rules: Open Telekom Cloud's, Huawei Cloud's, or those of a plain OpenStack, where a VPC is a router.
   */
  cloud: z.enum(["otc", "huawei", "openstack"]).default("otc"),
  vpcs: z.array(vpcSchema).default([]),
  securityGroups: z.array(securityGroupSchema).default([]),
  servers: z.array(serverSchema).default([]),
  /** EIPs of the project that are bound to nothing. */
  publicIps: z.array(address).default([]),
  /** Broken from the start, each as after `wayout lab break`: "mtu 1400". */
  faults: z.array(z.string().min(1)).default([]),
});

/** A scenario with its defaults filled in. */
export type Scenario = z.infer<typeof scenarioSchema>;
export type ScenarioServer = Scenario["servers"][number];
