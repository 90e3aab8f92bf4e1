import type { Cloud } from "./cloud.ts";
import type { CloudConfig } from "./config/cloud-config.ts";
import { CloudProblem, shownUrl } from "./errors.ts";
import { type CloudOptions, openOtcCloud } from "./otc/otc-cloud.ts";

/** One kind of cloud: how it is recognised, and its driver. */
interface Driver {
  readonly name: string;
  /** `profile:` in clouds.yaml. */
  readonly profiles: readonly string[];
  /** The identity service's host, for configurations without a profile. */
  readonly hosts: RegExp;
  readonly open: (config: CloudConfig, options: CloudOptions) => Cloud;
}

/** Another kind of cloud is another folder beside otc/ and another line here. */
const drivers: readonly Driver[] = [
  {
    name: "Open Telekom Cloud",
    profiles: ["otc", "otc-swiss"],
    hosts: /(^|\.)otc\.t-systems\.com$/,
    open: openOtcCloud,
  },
];

/**
 * The cloud that a configuration describes. Nothing is sent before the first call.
 * @throws CloudProblem cloud/not-supported where no driver fits.
 */
export function openCloud(config: CloudConfig, options: CloudOptions = {}): Cloud {
  const host = new URL(config.authUrl).hostname;
  const driver = drivers.find((candidate) =>
    config.profile === undefined ? candidate.hosts.test(host) : candidate.profiles.includes(config.profile),
  );
  if (driver) return driver.open(config, options);
  const known = drivers.map(({ name, profiles }) => `${name} (profile ${profiles.join(" or ")})`).join(", ");
  throw new CloudProblem({
    code: "cloud/not-supported",
    summary: `cloud ${config.name} is of a kind that Wayout cannot work with`,
    detail: `${config.source}: profile ${config.profile ?? "not set"}, identity service ${shownUrl(config.authUrl)}`,
    hint: `Supported: ${known}. Where it is one of these, set profile in clouds.yaml or OS_PROFILE.`,
  });
}
