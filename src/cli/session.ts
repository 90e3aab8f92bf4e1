/** What every command on gateways works with: the spec, the cloud, the hosts and the journal. */
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Cloud } from "../cloud/cloud.ts";
import { loadCloud, systemSources } from "../cloud/config/load-cloud.ts";
import { openCloud } from "../cloud/open-cloud.ts";
import type { Context } from "../engine/context.ts";
import type { Journal } from "../engine/journal/journal.ts";
import { openSqliteJournal } from "../engine/journal/sqlite-journal.ts";
import { openHosts } from "../host/ssh.ts";
import { openLab } from "../lab/client/labs.ts";
import { placesOf } from "../lab/client/places.ts";
import { removeDeadLabs } from "../lab/client/remove.ts";
import { Problem } from "../report/problem.ts";
import { openProgress } from "../report/progress.ts";
import { chooseProbes } from "../spec/probes.ts";
import { type Probes, parseSpec, type SpecFile } from "../spec/spec.ts";
import type { World } from "../steps/world.ts";
import { cloudOfSpec } from "./cloud-of-spec.ts";
import { openControlFolder } from "./control-folder.ts";
import { stopOnSignals } from "./stop-signals.ts";

export interface SessionOptions {
  readonly file: string;
  readonly lab: string;
  readonly json?: boolean;
  readonly adopt?: boolean;
}

export interface Session {
  readonly file: SpecFile;
  readonly world: World;
  readonly journal: Journal;
  readonly context: Context;
}

/** Where the cloud of a spec is, and what goes with it. */
interface Place {
  readonly cloud: Cloud;
  readonly journalFolder: string;
  readonly sshConfig?: string;
  readonly probes: Partial<Probes>;
}

/** Opens everything, does the work, and closes everything whatever happens. */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const file = readSpec(options.file);
  const place = await placeOf(file, options);
  const progress = openProgress(process.stderr);
  const journal = openSqliteJournal(place.journalFolder, () => new Date());
  const control = openControlFolder();
  const hosts = openHosts({
    controlDir: control.path,
    ...(place.sshConfig === undefined ? {} : { configFile: place.sshConfig }),
  });
  const stop = stopOnSignals((text) => progress.report({ kind: "note", text }));
  try {
    return await work({
      file,
      journal,
      world: { cloud: place.cloud, host: (address) => hosts.host(address) },
      context: {
        report: progress.report,
        signal: stop.signal,
        now: () => new Date(),
        adopt: options.adopt ?? false,
        probes: chooseProbes(file.value.probes, place.probes),
      },
    });
  } finally {
    stop.end();
    progress.end();
    await hosts.close();
    control.remove();
    journal.close();
  }
}

/** "lab" is the local cloud; every other name is an entry of clouds.yaml, as for the openstack client. */
async function placeOf(spec: SpecFile, { file, lab }: SessionOptions): Promise<Place> {
  if (spec.value.cloud !== "lab") {
    const config = cloudOfSpec(spec, systemSources());
    return { cloud: openCloud(config), journalFolder: resolve(dirname(file), ".wayout"), probes: {} };
  }
  await removeDeadLabs();
  const { cloudsFile, sshConfig, probes } = await openLab(lab);
  const env = { OS_CLIENT_CONFIG_FILE: cloudsFile };
  const config = loadCloud("lab", { ...systemSources(), env });
  // A lab's objects end with it, so its journal does too.
  return { cloud: openCloud(config), journalFolder: join(placesOf(lab).run, "journal"), sshConfig, probes };
}

function readSpec(path: string): SpecFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new Problem({
      code: "spec/no-file",
      summary: `cannot read ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: "Write a wayout.yaml (README shows one), or name it with --file.",
      cause,
    });
  }
  return parseSpec(text, path);
}
