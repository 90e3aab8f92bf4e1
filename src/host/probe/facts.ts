/** HostFacts from the probe's output. */
import { isAddress } from "../../spec/addresses.ts";
import { badFact } from "../bad-fact.ts";
import { rcLocalPaths, savedPaths } from "../hand-made-files.ts";
import type { HostFacts, HostFile, HostService, InitSystem, OwnRules, SigningFacts } from "../host.ts";
import { ownPaths } from "../own-paths.ts";
import { pairPaths, pairUnits } from "../pair/paths.ts";
import { parseVersion } from "../pair/signing.ts";
import { parseFile } from "./files.ts";
import { handMadeRules, lineSource } from "./hand-made.ts";
import { ownLines, parseIptablesSave } from "./iptables-save.ts";
import { parseDevices, parseEgress } from "./network.ts";
import { findRivals } from "./rivals.ts";
import { Sections } from "./sections.ts";
import { ipForwardAtBoot, parseSysctl } from "./sysctl.ts";

/**
 * @param server for people: whose facts they are.
 * @throws Problem host/bad-fact
 */
export function parseFacts(output: string, server = "the host"): HostFacts {
  const sections = new Sections(output);
  const commands = new Set(sections.lines("commands"));
  const filesIn = (name: string, known: ReadonlySet<string>) =>
    sections.named(name).map((section) => knownFile(parseFile(section, server), known, server));
  const init = parseInit(sections.lines("init"));
  const sysctl = parseSysctl(sections.lines("sysctl"));
  const rcLocalSection = sections.named("rc-local")[0];
  const rcLocal = rcLocalSection && ifKnown(parseFile(rcLocalSection, server));
  const egress = parseEgress(sections.lines("route"), server);
  const atBoot = ipForwardAtBoot(sections.lines("sysctl-files"), init, rcLocal);
  const ownRules = parseOwnRules(sections);
  const login = parseLogin(sections.lines("login")[0]);
  const enabledUnits = [
    ...sections.lines("units"),
    ...(rcLocal
      ? [...rcLocal.content.matchAll(/# (wayout(?:-forwarding)?)$/gm)].map((match) => match[1] ?? "")
      : []),
  ];
  const iptables = sections.named("iptables").map((section) => {
    const backend =
      section.args[0] === "iptables-nft" ? ("iptables-nft" as const) : ("iptables-legacy" as const);
    return { backend, tables: parseIptablesSave(section.lines), text: section.lines.join("\n") };
  });
  const keepalived = parseVersion(sections.lines("keepalived"));
  return {
    kernel: sections.lines("kernel")[0] ?? "",
    osName: (sections.lines("os")[0] ?? "").replace(/^PRETTY_NAME=/, "").replaceAll('"', ""),
    init,
    isRoot: sections.lines("uid")[0] === "0",
    has: {
      nft: commands.has("nft") && commands.has("nft-works"),
      iptables: commands.has("iptables"),
      systemctl: commands.has("systemctl"),
      conntrack: commands.has("conntrack"),
      curl: commands.has("curl"),
      keepalived: commands.has("keepalived"),
      conntrackd: commands.has("conntrackd"),
      arping: commands.has("arping"),
      perl: commands.has("perl"),
    },
    packageManager: packageManagers.find((name) => commands.has(name)) ?? null,
    services: sections.lines("services").map(parseService).filter(isOwnService),
    ...(keepalived ? { keepalived } : {}),
    signing: parseSigning(sections),
    devices: parseDevices(sections.lines("links"), sections.lines("addresses")),
    ...(egress ? { egress } : {}),
    memoryMiB: Math.floor(Number(/(\d+) kB/.exec(sections.lines("memory")[0] ?? "")?.[1] ?? 0) / 1024),
    sysctl: sysctl.values,
    sysctlReadOnly: sysctl.readOnly,
    ...(atBoot ? { ipForwardAtBoot: atBoot } : {}),
    ownFiles: filesIn("own-file", ownFilePaths),
    ...(ownRules ? { ownRules } : {}),
    ownUnitEnabled: enabledUnits.includes("wayout"),
    enabledUnits: [...new Set(enabledUnits)].sort(),
    ...(rcLocal ? { rcLocal } : {}),
    ...(login ? { login } : {}),
    armed: sections.has("armed"),
    busy: sections.has("busy"),
    handMadeRules: iptables.flatMap(({ backend, tables }) =>
      handMadeRules(
        tables.find((table) => table.name === "nat"),
        backend,
      ),
    ),
    handMadeFiles: [...(rcLocal ? [rcLocal] : []), ...filesIn("hand-made-file", handMadePaths)].filter(
      isHandMade,
    ),
    rivals: findRivals({
      services: sections.lines("rivals"),
      iptables: iptables.map(({ backend, tables, text }) => ({
        backend,
        filter: tables.find((table) => table.name === "filter"),
        text,
      })),
      nftTables: sections.named("nft-table").map((section) => ({
        family: section.args[0] ?? "",
        name: section.args.slice(1).join(" "),
        lines: section.lines,
      })),
    }),
  };
}

const ownFilePaths: ReadonlySet<string> = new Set([...Object.values(ownPaths), ...Object.values(pairPaths)]);
const handMadePaths: ReadonlySet<string> = new Set(savedPaths);

/** The probe asks for these paths, and for no other. */
function knownFile(file: HostFile, known: ReadonlySet<string>, server: string): HostFile {
  if (known.has(file.path)) return file;
  throw badFact(server, "as the path of a file that was asked for", file.path);
}

function isOwnService({ unit }: HostService): boolean {
  return Object.values(pairUnits).some((own) => own === unit);
}

/** A link that leads to somewhere else is none of the places that Wayout writes to. */
function ifKnown(rcLocal: HostFile): HostFile | undefined {
  return rcLocalPaths.some((path) => path === rcLocal.path) ? rcLocal : undefined;
}

/** SSH_CONNECTION: the client's address and port, the server's address and port. ssh(1). */
function parseLogin(line = ""): HostFacts["login"] {
  const [client = "", , , port = ""] = line.split(" ");
  const from = client.replace(/^::ffff:/i, "");
  return isAddress(from) && /^\d{1,5}$/.test(port) ? { from, port: Number(port) } : undefined;
}

const packageManagers = ["apt-get", "dnf", "yum"] as const;

function parseService(line: string): HostService {
  const [unit = "", enabled, active, guarded = ""] = line.split(" ");
  return {
    unit,
    enabled: enabled === "yes",
    active: active === "yes",
    ...(guarded === "" ? {} : { guarded: guarded === "yes" }),
  };
}

function parseSigning(sections: Sections): SigningFacts {
  const [mode, owner, fingerprint = ""] = (sections.lines("signing-key")[0] ?? "").split(" ");
  const safe = mode === "600" && owner === "0" && /^[0-9a-f]{16}$/.test(fingerprint);
  const [loaded] = sections.named("signing-loaded");
  return {
    key: safe ? fingerprint : null,
    loaded: loaded ? loaded.lines.join("\n") : null,
    behind: sections.has("signing-behind"),
  };
}

function parseInit(lines: readonly string[]): InitSystem {
  if (lines.includes("/run/systemd/system")) return "systemd";
  // The folders of SysV are left behind on many systems that start without it; its table is not.
  return lines.includes("/etc/inittab") && lines.includes("/etc/init.d") ? "sysv" : "none";
}

function parseOwnRules(sections: Sections): OwnRules | undefined {
  const nft = sections.lines("own-nft");
  if (nft.length > 0) {
    return { backend: "nftables", text: nft.join("\n"), intact: sections.has("own-nft-intact") };
  }
  for (const section of sections.named("iptables")) {
    const own = ownLines(section.lines);
    if (own.length === 0) continue;
    const loaded = ownLines(sections.lines("iptables-loaded"));
    return { backend: "iptables", text: own.join("\n"), intact: own.join("\n") === loaded.join("\n") };
  }
  return undefined;
}

function isHandMade(file: HostFile): boolean {
  if (file.encoding) return false;
  return file.content
    .split("\n")
    .some((line) => lineSource(line) !== undefined || /^[^#]*ip_forward\s*=\s*1/.test(line));
}
