/** What the user asks for: wayout.yaml, its defaults, and what is wrong with it before any cloud is asked. */
import { z } from "zod";
import { Problem } from "../report/problem.ts";
import { isAddress, isIpv6, overlaps, parseRange, rangeOf } from "./addresses.ts";
import { sshPort } from "./forms.ts";
import { isHost, isHostAndPort } from "./hosts.ts";
import { gatewayName } from "./record-forms.ts";
import { isJumps, isSshDestination, isSshUser } from "./ssh-words.ts";
import { unroutableAs } from "./unroutable.ts";
import { type Path, parseYamlFile, type YamlFile } from "./yaml-file.ts";

/** An IPv4 range in CIDR form; the whole procedure is IPv4, since EIPs are. */
const range = z.string().superRefine((text, context) => {
  const parsed = parseRange(text);
  const what = parsed && unroutableAs(parsed)?.what;
  if (isIpv6(text)) context.addIssue(`${text} is IPv6; a gateway carries IPv4 only, because EIPs are IPv4`);
  else if (!parsed) context.addIssue(`${text} is not an IPv4 range like 198.51.100.0/24`);
  else if (parsed.cidr !== text) {
    context.addIssue(`${text} has host bits set; did you mean ${parsed.cidr}?`);
  } else if (what !== undefined) {
    context.addIssue(`${text} is ${what}: no route can lead there`);
  }
});

const name = z.string().min(1, "must not be empty").max(255);

const host = z.string().refine(isHost, "must be an address or a name like www.t-systems.com");
const hostAndPort = z
  .string()
  .refine(isHostAndPort, "must be an address or name with a port, like 1.1.1.1:443");
const httpUrl = (protocol: RegExp, example: string) =>
  z.url({ protocol, hostname: z.regexes.hostname, error: `must be a URL like ${example}` });
/** `none`: not even where the cloud has a default, as the lab does. */
const orNone = (schema: z.ZodType<string>, otherwise: string) =>
  z
    .string()
    .refine((text) => text === "none" || schema.safeParse(text).success, `must be ${otherwise}, or none`);

const sshSchema = z.strictObject({
  /** Login user; without it ssh's own configuration decides. */
  user: z.string().refine(isSshUser, "must be a login name like ubuntu").optional(),
  port: sshPort.optional(),
  /** Jump hosts as ssh -J takes them. */
  jump: z.string().refine(isJumps, "must be jump hosts like linux@bastion,inner:2222").optional(),
  /** Reach the proxy at its EIP (default), at its private address, or at this name of the ssh configuration. */
  address: z
    .string()
    .refine(
      isSshDestination,
      "must be public, private, a host name or an address; a user goes into ssh: {user: ...}, a port into ssh: {port: ...}",
    )
    .default("public"),
});

/** Where verify and drill send their packets: hosts outside that answer. */
const probesSchema = z.strictObject({
  ping: z.array(host).min(1),
  tcp: hostAndPort,
  /** Answers with the address it saw, as text or JSON. */
  http: httpUrl(/^https?$/, "http://site.example/"),
  https: httpUrl(/^https$/, "https://site.example/"),
  /** A DNS server that is asked over UDP. */
  udp: hostAndPort,
  /** A name that the server's resolver must know. */
  dns: host,
  /** At least 1 MB, so that full-size packets are needed. */
  large: httpUrl(/^https?$/, "https://site.example/large"),
  /** A host that sends back what comes, over TCP and UDP (RFC 862): for drills, so one of your own; or `none`. */
  echo: orNone(hostAndPort, "an address or name with a port, like 198.51.100.10:7").optional(),
  /** A download that goes on for some seconds, longer than a failover; or `none`. */
  slow: orNone(httpUrl(/^https?$/, ""), "a URL like http://site.example/slow").optional(),
});

const gatewaySchema = z.strictObject({
  name: gatewayName,
  vpc: name,
  /** One server; two make a pair. */
  proxies: z
    .array(name)
    .min(1, "name at least one server")
    .max(2, "a gateway has one proxy, or two as a pair"),
  /** Subnets whose servers are served. */
  subnets: z.array(name).min(1, "name at least one subnet"),
  /** What the clients may reach through the gateway. */
  destinations: z.array(range).min(1).default(["0.0.0.0/0"]),
  /** `keep` the proxy's EIP, `allocate` one if it has none, or bind this one. */
  publicIp: z
    .string()
    .refine(
      (text) => text === "keep" || text === "allocate" || isAddress(text),
      "must be keep, allocate, or an EIP of the account",
    )
    .default("keep"),
  /** `shared`: the route goes into the table the subnet uses now. `own`: into a table of its own. */
  routeTable: z.enum(["shared", "own"]).default("shared"),
  /**
   * How the clients' packets come to the proxy: chosen by what the network looks like, unless one is named. Naming one
   * also overrules that there is nothing to do where the router translates already.
   */
  recipe: z.enum(["auto", "route-table", "router-route", "subnet-gateway", "host-routes"]).default("auto"),
  /** `port-security-off` takes the NIC's security groups away too; for networks where nobody may set address pairs. */
  sourceDestinationCheck: z.enum(["address-pairs", "port-security-off"]).default("address-pairs"),
  /** `own` replaces the proxy NIC's groups by one of the gateway; `add` leaves them and adds it. */
  securityGroup: z.enum(["own", "add"]).default("own"),
  /**
   * What the served subnets may reach on the proxy itself. `keep`: what its security groups let in before Wayout.
   * `open`: everything. `closed`: of what `keep` leaves, SSH and ping.
   */
  ownServices: z.enum(["keep", "open", "closed"]).default("keep"),
  ssh: sshSchema.prefault({}),
});

export const specSchema = z.strictObject({
  $schema: z.string().optional(),
  /** An entry of clouds.yaml, as for the openstack client; "lab" is the local one. */
  cloud: name,
  gateways: z.array(gatewaySchema).min(1, "name at least one gateway"),
  probes: probesSchema.partial().prefault({}),
});

export type Spec = z.infer<typeof specSchema>;
export type GatewaySpec = Spec["gateways"][number];
export type Probes = z.infer<typeof probesSchema>;

/** A spec and where in its file each part stands. */
export type SpecFile = YamlFile<Spec>;

/**
 * Reads wayout.yaml.
 * @throws Problem spec/yaml, spec/invalid, spec/too-large, or a spec/ code of a rule between fields.
 */
export function parseSpec(text: string, file: string): SpecFile {
  const parsed = parseYamlFile(text, { file, schema: specSchema, codes: "spec" });
  checkNames(parsed);
  parsed.value.gateways.forEach((gateway, index) => {
    checkGateway(gateway, ["gateways", index], parsed);
  });
  return parsed;
}

/** A proxy and a subnet belong to one gateway: two could not both own the host's rules or the subnet's route. */
function checkNames(parsed: SpecFile): void {
  const owners = new Map<string, string>();
  const claim = (
    key: string,
    owner: string,
    path: Path,
    problem: { code: string; said: string; hint: string; hintInOne?: string },
  ) => {
    const first = owners.get(key);
    if (first === undefined) owners.set(key, owner);
    else {
      const { code, said, hint, hintInOne = hint } = problem;
      const summary = `${parsed.place(path)}: ${said} ${first}`;
      throw new Problem({ code, summary, hint: first === owner ? hintInOne : hint });
    }
  };
  for (const [index, gateway] of parsed.value.gateways.entries()) {
    const at = ["gateways", index];
    claim(`gateway ${gateway.name}`, gateway.name, [...at, "name"], {
      code: "spec/duplicate-gateway",
      said: "there is already a gateway called",
      hint: "Give each gateway a name of its own.",
    });
    gateway.proxies.forEach((proxy, position) => {
      claim(`proxy ${proxy}`, gateway.name, [...at, "proxies", position], {
        code: "spec/proxy-twice",
        said: `${proxy} is already a proxy of`,
        hint: "Put the subnets into one gateway.",
        hintInOne: "Name another server: the two of a pair take over from each other.",
      });
    });
    gateway.subnets.forEach((subnet, position) => {
      claim(`subnet ${gateway.vpc}/${subnet}`, gateway.name, [...at, "subnets", position], {
        code: "spec/subnet-twice",
        said: `${subnet} is already served by`,
        hint: "A subnet has one default route, so one gateway serves it.",
      });
    });
  }
}

function checkGateway(gateway: GatewaySpec, at: Path, parsed: SpecFile): void {
  const ranges = gateway.destinations.map(rangeOf);
  for (const [index, range] of ranges.entries()) {
    const clash = ranges.slice(0, index).find((other) => overlaps(range, other));
    if (clash) {
      throw new Problem({
        code: "spec/destinations-overlap",
        summary: `${parsed.place([...at, "destinations", index])}: ${range.cidr} overlaps ${clash.cidr}`,
        hint: "Keep the wider one.",
      });
    }
  }
  if (gateway.proxies.length > 1 && !["public", "private"].includes(gateway.ssh.address)) {
    throw new Problem({
      code: "spec/pair-address",
      summary: `${parsed.place([...at, "ssh", "address"])}: the two proxies of a pair cannot both be reached at ${gateway.ssh.address}`,
      hint: "Write public or private.",
    });
  }
}
