import type { CloudConfig } from "../cloud/config/cloud-config.ts";
import { cloudNames, loadCloud } from "../cloud/config/load-cloud.ts";
import type { ConfigSources } from "../cloud/config/settings-file.ts";
import { Problem } from "../report/problem.ts";
import type { SpecFile } from "../spec/spec.ts";

/**
 * The settings of the cloud that the spec names. A name that the settings do not have is a mistake of the spec, told with
 * its place there; every other mistake has its place in the settings.
 */
export function cloudOfSpec(file: SpecFile, sources: ConfigSources): CloudConfig {
  const name = file.value.cloud;
  const known = cloudNames(sources).includes(name);
  try {
    return loadCloud(name, sources);
  } catch (cause) {
    if (known || !(cause instanceof Problem)) throw cause;
    throw cause.saying({ summary: `${file.place(["cloud"])}: ${cause.summary}`, cause });
  }
}
