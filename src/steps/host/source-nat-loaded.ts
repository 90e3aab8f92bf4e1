/** What the loaded rules say and the wanted ones say otherwise, in words. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { HostFile } from "../../host/host.ts";
import { reachableIn } from "../../host/own-services.ts";
import { servedIn } from "../../host/served-in.ts";
import type { SourceNatHave, SourceNatWant } from "./source-nat-schema.ts";
import { isRulesFile, type Wanted } from "./source-nat-state.ts";

/** What served clients may reach on the proxy itself, as the rules' own text says it. */
export function reachableOn({ files }: Pick<Wanted, "files">): string {
  return reachableIn(rulesIn(files)) ?? "everything";
}

/** What becomes of the proxy's own services with these rules; nothing where nothing becomes of them. */
export function servicesNotice({ host }: SourceNatWant, have: SourceNatHave, wanted: Wanted): string[] {
  const then = reachableOn(wanted);
  if (then === "everything" || then === reachableIn(rulesIn(have.files))) return [];
  const logins = wanted.rules.ownServices?.logins ?? [];
  return [
    `the served subnets can reach on ${host.server} itself: ${then}; everything else there is closed to them (ownServices), and open connections go on`,
    ...(logins.length > 0 ? [`Wayout's login from ${logins.join(", ")} stays possible`] : []),
  ];
}

/** In which way the loaded rules, which are ours, are other ones. */
export function otherRules({ host }: SourceNatWant, have: SourceNatHave, wanted: Wanted): string[] {
  const [loaded, then] = [rulesIn(have.files), rulesIn(wanted.files)];
  const [was, will] = [reachableIn(loaded), reachableOn(wanted)];
  if (loaded !== "" && was === undefined) {
    return [
      `the rules on ${host.server} are an older version's: they let pass whatever belongs to a known connection, and forward for everybody within the VPC`,
    ];
  }
  const services =
    was !== undefined && was !== will
      ? [`what the served subnets can reach on ${host.server} itself changes from (${was}) to (${will})`]
      : [];
  const others = !isDeepStrictEqual(servedIn(loaded), servedIn(then));
  return services.length === 0 || others
    ? ["the loaded rules are for other subnets, destinations or addresses", ...services]
    : services;
}

function rulesIn(files: readonly HostFile[]): string {
  return files.find(({ path }) => isRulesFile(path))?.content ?? "";
}
