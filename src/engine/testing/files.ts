/** A journal with runs of several files: 0001 of /a/one.yaml, 0002 of /a/two.yaml, 0003 of an older Wayout. */
import { stepsFor } from "../../steps/for-gateway.ts";
import { facts, gatewayOf, proxyOf } from "../../steps/testing/gateways.ts";
import type { EntryRecord, JournalReader, RunRecord } from "../journal/journal.ts";
import { entriesOf } from "./entries.ts";

const runs = [runOf("0001", "/a/one.yaml"), runOf("0002", "/a/two.yaml"), runOf("0003", null)];

function runOf(id: string, file: string | null): RunRecord {
  return {
    id,
    operation: "apply",
    cloud: "lab",
    gateways: [],
    startedAt: "2026-01-02T03:04:05.000Z",
    finishedAt: null,
    outcome: "done",
    user: "root",
    file,
  };
}

export function journalOfFiles(
  file: string,
  standing: readonly EntryRecord[],
): Pick<JournalReader, "file" | "runs" | "standing"> {
  return { file, runs: () => runs, standing: () => standing };
}

export function entriesOfGateway(gateway: string, run: string): EntryRecord[] {
  const steps = stepsFor(gatewayOf([proxyOf(1)], { name: gateway }), facts, ["1.1.1.1"]);
  return entriesOf(steps, { run });
}
