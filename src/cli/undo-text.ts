import type { TakenBack } from "../engine/take-back.ts";
import type { ToTakeBack } from "../engine/undo-preview.ts";
import { command } from "../report/command.ts";
import { count } from "../report/human.ts";
import { linesOf } from "../report/visible.ts";
import { leftOnHosts } from "./left-on-hosts.ts";

/** What an undo will take back, gateway by gateway, each in its order. */
export function undoPreviewText(items: readonly ToTakeBack[]): string {
  const byGateway = Map.groupBy(items, ({ gateway }) => gateway);
  return linesOf([
    `undo: ${count(items.length, "step")} to take back`,
    ...[...byGateway].flatMap(([gateway, steps]) => [
      `gateway ${gateway}`,
      ...steps.map(({ title, before }) =>
        before === undefined ? `  - ${title}` : `  - ${title}: back to: ${before}`,
      ),
    ]),
  ]);
}

/** Of a gateway that another file made. @param asked the gateways of the file that undo is for. */
export function staysText(
  { gateway, file }: { readonly gateway: string; readonly file: string },
  asked: readonly string[],
): string {
  const said = `gateway ${gateway} stands and stays: it is of ${file}`;
  return asked.includes(gateway)
    ? `${said}; \`${command("wayout undo", { options: [["-f", file]] })}\` takes it back, and --force does by this file`
    : said;
}

/** The last line of an undo: what it came to, and what is to be done about the rest. */
export function undoEndText({
  run,
  outcome,
  steps,
  problems,
}: Omit<TakenBack, "problems"> & {
  readonly problems: readonly Pick<TakenBack["problems"][number], "code">[];
}): string {
  if (run === undefined) return "undo: nothing to take back";
  const undone = steps.filter(({ outcome }) => outcome === "undone" || outcome === "already");
  if (outcome === "done") return `undo: ${count(undone.length, "step")} taken back`;
  const failed = steps.filter(({ outcome }) => outcome === "failed");
  const onHostsAlone =
    outcome === "failed" &&
    problems.every(({ code }) => code.startsWith("host/")) &&
    steps.every(({ outcome }) => outcome !== "not-executed");
  if (outcome === "failed" && problems.every(({ code }) => code === "undo/changed-since"))
    return "undo: failed; `undo --force` takes back what somebody changed since, too";
  if (!onHostsAlone) return `undo: ${outcome}; run it again to go on`;
  return `undo: ${count(undone.length, "step")} taken back; left ${failed.length === 1 ? "is" : "are"} only ${leftOnHosts(failed)}: run it again once it can be`;
}
