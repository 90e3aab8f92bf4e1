/** What the loaded rules say and the wanted ones say otherwise, in words. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { HostFile } from "../../host/host.ts";
import { reachableIn } from "../../host/own-services.ts";
import { servedIn } from "../../host/served-in.ts";
import type { SourceNatHave, SourceNatWant } from "./source-nat-schema.ts";
import { isRulesFile, type Wanted } from "./source-nat-state.ts";

/** What served clients may reach on the proxy itself, for people. */
export function reachableOn(wanted: Pick<Wanted, "files">): string {
  return shortened(reachable(wanted));
}

/** The same as the rules' own text says it. */
function reachable({ files }: Pick<Wanted, "files">): string {
  return reachableIn(rulesIn(files)) ?? "everything";
}

/** A rule from a group may be for hundreds of addresses. */
function shortened(text: string): string {
  return text
    .split("; ")
    .map((service) => {
      const [first = "", ...more] = service.split(", ");
      return more.length > 4
        ? `${[first, ...more.slice(0, 2)].join(", ")} and ${more.length - 2} more`
        : service;
    })
    .join("; ");
}

/** What becomes of the proxy's own services with these rules; nothing where nothing becomes of them. */
export function servicesNotice({ host }: SourceNatWant, have: SourceNatHave, wanted: Wanted): string[] {
  const then = reachable(wanted);
  if (then === "everything" || then === reachableIn(rulesIn(have.files))) return [];
  const logins = wanted.rules.ownServices?.logins ?? [];
  return [
    `the served subnets can reach on ${host.server} itself: ${shortened(then)}; everything else there is closed to them (ownServices), and open connections go on`,
    ...(logins.length > 0 ? [`Wayout's login from ${logins.join(", ")} stays possible`] : []),
  ];
}

/** In which way the loaded rules, which are ours, are other ones. */
export function otherRules({ host }: SourceNatWant, have: SourceNatHave, wanted: Wanted): string[] {
  const [loaded, then] = [rulesIn(have.files), rulesIn(wanted.files)];
  const [was, will] = [reachableIn(loaded), reachable(wanted)];
  if (loaded !== "" && was === undefined) {
    return [
      `the rules on ${host.server} are an older version's: they let pass whatever belongs to a known connection, and forward for everybody within the VPC`,
    ];
  }
  const services =
    was !== undefined && was !== will
      ? [
          `what the served subnets can reach on ${host.server} itself changes from (${shortened(was)}) to (${shortened(will)})`,
        ]
      : [];
  const others = !isDeepStrictEqual(servedIn(loaded), servedIn(then));
  return services.length === 0 || others
    ? ["the loaded rules are for other subnets, destinations or addresses", ...services]
    : services;
}

function rulesIn(files: readonly HostFile[]): string {
  return files.find(({ path }) => isRulesFile(path))?.content ?? "";
}
