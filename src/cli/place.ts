/** Where a cloud is, and what goes with it. */
import { dirname, join, resolve } from "node:path";
import type { Cloud } from "../cloud/cloud.ts";
import type { CloudConfig } from "../cloud/config/cloud-config.ts";
import { loadCloud, systemSources } from "../cloud/config/load-cloud.ts";
import { readableByOthers } from "../cloud/config/readable-by-others.ts";
import type { ConfigSources } from "../cloud/config/settings-file.ts";
import { warningsOf } from "../cloud/config/warnings.ts";
import { openCloud } from "../cloud/open-cloud.ts";
import { openLab } from "../lab/client/labs.ts";
import { placesOf } from "../lab/client/places.ts";
import { removeDeadLabs } from "../lab/client/remove.ts";
import type { Probes } from "../spec/spec.ts";
import { tracing } from "./traced-text.ts";

export interface Place {
  readonly cloud: Cloud;
  readonly journalFolder: string;
  readonly sshConfig?: string;
  readonly probes: Partial<Probes>;
}

export interface PlaceOptions {
  readonly file: string;
  readonly lab: string;
  /** Tell each call. */
  readonly debug?: boolean;
  /** Where warnings, calls and long waits are told. */
  readonly tell: (text: string) => void;
  /** Ends all calls. */
  readonly signal?: AbortSignal;
}

/**
 * "lab" is the local cloud; every other name is an entry of clouds.yaml, as for the openstack client.
 * @param load the entry's settings.
 */
export async function placeOf(
  name: string,
  { file, lab, debug, tell, signal }: PlaceOptions,
  load: (sources: ConfigSources) => CloudConfig,
): Promise<Place> {
  const options = { ...tracing(debug, tell), tell, ...(signal === undefined ? {} : { signal }) };
  if (name !== "lab") {
    const config = load(systemSources());
    for (const warning of [...warningsOf(config), ...readableByOthers(config)]) tell(`warning: ${warning}`);
    const journalFolder = resolve(dirname(file), ".wayout");
    return { cloud: openCloud(config, options), journalFolder, probes: {} };
  }
  await removeDeadLabs();
  const { cloudsFile, sshConfig, probes } = await openLab(lab);
  const env = { OS_CLIENT_CONFIG_FILE: cloudsFile };
  const config = loadCloud("lab", { ...systemSources(), env });
  // A lab's objects end with it, so its journal does too.
  const journalFolder = join(placesOf(lab).run, "journal");
  return { cloud: openCloud(config, options), journalFolder, sshConfig, probes };
}
