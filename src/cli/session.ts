/** What every command on gateways works with: the spec, the cloud, the hosts and the journal. */
import { setMaxListeners } from "node:events";
import { resolve } from "node:path";
import type { Context } from "../engine/context.ts";
import type { Journal } from "../engine/journal/journal.ts";
import { openSqliteJournal } from "../engine/journal/sqlite-journal.ts";
import { loginsOf } from "../engine/recorded-login.ts";
import { nothingChanged, unlessStopped } from "../engine/unless-stopped.ts";
import { openHosts } from "../host/ssh.ts";
import { Problem } from "../report/problem.ts";
import { openProgress } from "../report/progress.ts";
import { chooseProbes } from "../spec/probes.ts";
import { readSmallFile } from "../spec/small-file.ts";
import { parseSpec, type SpecFile } from "../spec/spec.ts";
import { maxFileBytes, yamlTooLarge } from "../spec/yaml-file.ts";
import type { World } from "../steps/world.ts";
import { cloudOfSpec } from "./cloud-of-spec.ts";
import { openControlFolder } from "./control-folder.ts";
import { progressOutput } from "./output.ts";
import { placeOf } from "./place.ts";
import { stopOnSignals } from "./stop-signals.ts";

export interface SessionOptions {
  readonly file: string;
  readonly lab: string;
  readonly adopt?: boolean;
  readonly debug?: boolean;
}

export interface Session {
  readonly file: SpecFile;
  readonly world: World;
  readonly journal: Journal;
  readonly context: Context;
}

/** Opens everything, does the work, and closes everything whatever happens. */
export async function withSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const file = readSpec(options.file);
  const progress = openProgress(progressOutput);
  const tell = (text: string): void => progress.report({ kind: "note", text });
  const over = new AbortController();
  // Every call and script under way listens to it.
  setMaxListeners(0, over.signal);
  const place = await placeOf(file.value.cloud, { ...options, tell, signal: over.signal }, (sources) =>
    cloudOfSpec(file, sources),
  );
  const journal = openSqliteJournal(place.journalFolder, resolve(options.file), () => new Date());
  const control = openControlFolder();
  const hosts = openHosts({
    controlDir: control.path,
    tell,
    signal: over.signal,
    ...(place.sshConfig === undefined ? {} : { configFile: place.sshConfig }),
  });
  const stop = stopOnSignals(tell);
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
        logins: loginsOf(file.value),
        probes: chooseProbes(file.value.probes, place.probes),
      },
    });
  } finally {
    stop.end();
    progress.end();
    // Nobody waits any longer for what is still under way: after a stop, or where one of several readings failed.
    over.abort();
    await hosts.close();
    control.remove();
    journal.close();
  }
}

/** For a command that changes nothing: whoever stops it need not wait for anything. */
export function withReadingSession<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return withSession(options, (session) =>
    unlessStopped(work(session), session.context.signal, nothingChanged),
  );
}

function readSpec(path: string): SpecFile {
  const read = readSmallFile(path, maxFileBytes);
  if ("text" in read) return parseSpec(read.text, path);
  if (read.is === "too-large") throw yamlTooLarge(path, "spec");
  throw new Problem({
    code: "spec/no-file",
    summary: `cannot read ${path}: ${read.why}`,
    hint: "`wayout init` writes one from what the cloud has; or name yours with --file.",
  });
}
