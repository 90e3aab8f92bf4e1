/** What host/source-nat decides from what it sees. Pure. */
import type { HostFile, OwnRules } from "../../host/host.ts";
import { ownChainPrefix, ownTable } from "../../host/own-paths.ts";
import { canonicalCidrs } from "../../host/ranges.ts";
import { fingerprint } from "../../host/rules.ts";
import { servedIn } from "../../host/served-in.ts";
import { contains, parseRange } from "../../spec/addresses.ts";
import type { Decision, Observed } from "../step.ts";
import { otherRules, reachableOn, servicesNotice } from "./source-nat-loaded.ts";
import type { SourceNatHave, SourceNatWant } from "./source-nat-schema.ts";
import { isNameTaken, passageOf, type Wanted, wantedOn } from "./source-nat-state.ts";

export function decideSourceNat(
  want: SourceNatWant,
  observed: Observed<SourceNatHave>,
  options: { readonly adopt: boolean },
): Decision {
  const server = want.host.server;
  if (observed.is === "absent") return blocked(`nothing is known of ${server}`, "Run plan again.");
  const { have } = observed;
  const unfit = notReady(want, have);
  if (unfit) return unfit;
  const passage = passageOf(have);
  if (!passage || !have.backend) return blocked(`${server} is not ready for rules`, "Run plan again.");
  if (isNameTaken(have)) return nameTaken(server, have.backend);
  const wanted = wantedOn(want, have, passage, have.backend);
  const adopting = observed.is === "foreign";
  if (adopting && !options.adopt) {
    return {
      action: "blocked",
      because: `${server} has NAT rules set by hand: ${handMade(have)}`,
      hint: "Wayout can take them over (--adopt): it remembers them, and undo gives them back.",
      adoptable: true,
    };
  }
  const rival = have.blockedBy[0];
  if (rival) {
    return blocked(
      `${rival.name} on ${server} would drop what is to be forwarded (${rival.evidence})`,
      `Let it pass there, as root on ${server}: ${rival.fix}`,
    );
  }
  const reasons = differences(want, have, wanted);
  const warnings = warningsOf(want, have, adopting);
  if (reasons.length === 0 && !adopting) {
    return {
      action: "none",
      because: `${served(want)} leaves by ${passage.egress.device} as ${wanted.rules.egressAddress} already`,
      warnings,
    };
  }
  return {
    action: adopting ? "adopt" : have.rules || have.files.length > 0 ? "change" : "create",
    because: adopting ? `rules set by hand are taken over: ${handMade(have)}` : reasons.join("; "),
    after: {
      served: [...canonicalCidrs(want.served)],
      destinations: [...canonicalCidrs(want.destinations)],
      device: passage.egress.device,
      address: wanted.rules.egressAddress,
      with: have.backend,
      rules: fingerprint(wanted.rules),
      ownServices: reachableOn(wanted),
    },
    notice: [noticeOf(want, have, adopting), ...servicesNotice(want, have, wanted)].join("; "),
    warnings,
  };
}

function noticeOf(want: SourceNatWant, have: SourceNatHave, adopting: boolean): string {
  if (adopting)
    return "open connections go on; new ones are translated to the same address by Wayout's rules";
  const before = have.files.flatMap((file) => servedIn(file.content));
  const lost = before.filter((cidr) => !covered(cidr, want.served));
  return lost.length > 0
    ? `${lost.join(", ")} loses its way out and its open connections, as the spec asks; nothing for the others: rules are replaced in one step and open connections go on`
    : "nothing; rules are replaced in one step and open connections go on";
}

function notReady(want: SourceNatWant, have: SourceNatHave): Decision | undefined {
  const server = want.host.server;
  if (!have.egress) {
    return blocked(
      `${server} itself has no route to the Internet`,
      "Check its network configuration and its EIP.",
    );
  }
  if (have.insideDevices.length === 0) {
    return blocked(
      `no device of ${server} has the MAC of its NIC in the VPC (${want.insideMacs.join(", ")})`,
      `Is it another machine that answers at ${want.host.destination}?`,
    );
  }
  if (have.egress.address !== want.privateIp) {
    return blocked(
      `${server} goes to the Internet from ${have.egress.address} by ${have.egress.device}, but its EIP is on ${want.privateIp}`,
      "Make the default route of the server leave by the NIC that carries the EIP, or bind the EIP to the other NIC.",
    );
  }
  if (!have.backend) {
    return blocked(
      `${server} has neither a working nft nor iptables`,
      "Install one of them, on Debian: apt-get install nftables",
    );
  }
  return undefined;
}

/** Not adoptable: what somebody else's rules do is not ours to know, and ours could not stand beside them. */
function nameTaken(server: string, backend: OwnRules["backend"]): Decision {
  const nft = backend === "nftables";
  const what = nft ? `an nftables table ip ${ownTable}` : `iptables chains ${ownChainPrefix}*`;
  const look = nft ? `nft list table ip ${ownTable}` : `iptables-save | grep ${ownChainPrefix}`;
  return blocked(
    `${server} has ${what} that Wayout did not make`,
    `Look at it, as root on ${server}: ${look} ; then remove it or give it another name.`,
  );
}

function differences(want: SourceNatWant, have: SourceNatHave, wanted: Wanted): string[] {
  const reasons: string[] = [];
  if (have.armed)
    reasons.push(
      `${want.host.server} is about to take back a change of an earlier run, which ended before it confirmed the change`,
    );
  if (!have.rules) {
    reasons.push(
      have.files.length > 0
        ? "Wayout's rules are gone from the kernel"
        : `nothing translates what ${served(want)} sends to ${wanted.rules.egressAddress}`,
    );
  } else if (have.rules.fingerprint !== fingerprint(wanted.rules)) {
    reasons.push(...otherRules(want, have, wanted));
  } else if (!have.rules.intact) {
    reasons.push("somebody changed Wayout's rules since they were loaded");
  }
  const files = [...wanted.files, ...wanted.entry.files.filter((file) => file.path !== have.rcLocal?.path)];
  for (const file of files) {
    const found = have.files.find((one) => one.path === file.path);
    if (!found && have.files.length > 0) reasons.push(`${file.path} is missing`);
    else if (found && !sameFile(found, file)) reasons.push(`${file.path} is not as it should be`);
  }
  for (const { path } of have.files) {
    if (!files.some((file) => file.path === path)) reasons.push(`${path} is of no use any more`);
  }
  if (have.files.length > 0 && wanted.entry.unit !== undefined && !have.entryEnabled) {
    reasons.push("the rules are not loaded at boot");
  }
  for (const [name, value] of Object.entries(wanted.sysctl)) {
    const now = have.sysctl[name];
    if (now !== undefined && now !== value && !have.readOnly.includes(name))
      reasons.push(`${name} is ${now}`);
  }
  for (const [name, least] of Object.entries(wanted.atLeast)) {
    const now = have.sysctl[name];
    if (now !== undefined && Number(now) < least && !have.readOnly.includes(name)) {
      reasons.push(`${name} is ${now}, less than ${least} for ${have.memoryMiB} MiB of memory`);
    }
  }
  return reasons;
}

function warningsOf(want: SourceNatWant, have: SourceNatHave, adopting: boolean): string[] {
  const server = want.host.server;
  const warnings: string[] = [];
  const noBoot = have.init === "none" && (have.rcLocal === null || have.rcLocal.encoding !== undefined);
  if (noBoot) warnings.push(`${server} has no boot that Wayout knows: after a boot, apply again`);
  const fixed = have.readOnly.filter((name) => name.includes("nf_conntrack"));
  if (fixed.length > 0) {
    warnings.push(
      `${fixed.join(" and ")} cannot be set from inside ${server} (a container): it stays as it is`,
    );
  }
  if (adopting) {
    const lost = have.handMadeRules
      .map((rule) => rule.source)
      .filter((source) => !covered(source, want.served));
    if (lost.length > 0) {
      warnings.push(
        `the rules set by hand also let ${lost.join(", ")} out; what of it is not among the served subnets loses its way out`,
      );
    }
  } else if (have.handMadeRules.length > 0) {
    warnings.push(`somebody added NAT rules by hand besides Wayout's: ${handMade(have)}`);
  }
  return warnings;
}

function covered(source: string, servedCidrs: readonly string[]): boolean {
  const range = parseRange(source);
  return canonicalCidrs(servedCidrs).some((cidr) => {
    const outer = parseRange(cidr);
    return outer !== undefined && range !== undefined && contains(outer, range);
  });
}

function sameFile(a: HostFile, b: HostFile): boolean {
  return a.mode === b.mode && a.content === b.content && a.encoding === b.encoding;
}

function handMade({ handMadeRules, handMadeFiles }: SourceNatHave): string {
  const rules = handMadeRules.map((rule) => rule.rule);
  const files = handMadeFiles.map((file) => `lines in ${file.path}`);
  return [...rules, ...files].join(", ");
}

function served({ served: cidrs }: SourceNatWant): string {
  return cidrs.length <= 3
    ? cidrs.join(", ")
    : `${cidrs.slice(0, 3).join(", ")} and ${cidrs.length - 3} more`;
}

function blocked(because: string, hint: string): Decision {
  return { action: "blocked", because, hint, adoptable: false };
}
