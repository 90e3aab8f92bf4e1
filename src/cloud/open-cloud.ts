import type { ServiceName } from "./auth/session.ts";
import type { SigningScheme } from "./auth/signing.ts";
import type { Cloud } from "./cloud.ts";
import type { CloudConfig } from "./config/cloud-config.ts";
import { CloudProblem, shownUrl } from "./errors.ts";
import type { CloudOptions } from "./http-for.ts";
import { openOtcCloud, otcSigning } from "./otc/otc-cloud.ts";

/** One kind of cloud: how it is recognised, and its driver. */
interface Driver {
  readonly name: string;
  /** `profile:` in clouds.yaml. */
  readonly profiles: readonly string[];
  /** The identity service's host, for configurations without a profile. */
  readonly hosts: RegExp;
  /** Those that it calls. */
  readonly services: readonly ServiceName[];
  /** How it wants access keys used. */
  readonly signing: SigningScheme;
  readonly open: (config: CloudConfig, options: CloudOptions) => Cloud;
}

/** Another kind of cloud is another folder beside otc/ and another line here. */
const drivers: readonly Driver[] = [
  {
    name: "Open Telekom Cloud",
    profiles: ["otc", "otc-swiss"],
    hosts: /(^|\.)otc\.t-systems\.com$/,
    services: ["vpc", "network", "ecs"],
    signing: otcSigning,
    open: openOtcCloud,
  },
];

/**
 * The cloud that a configuration describes. Nothing is sent before the first call.
 * @throws CloudProblem cloud/not-supported where no driver fits.
 */
export function openCloud(config: CloudConfig, options: CloudOptions = {}): Cloud {
  const driver = driverFor(config);
  if (driver) return driver.open(config, options);
  const known = drivers.map(({ name, profiles }) => `${name} (profile ${profiles.join(" or ")})`).join(", ");
  throw new CloudProblem({
    code: "cloud/not-supported",
    summary: `cloud ${config.name} is of a kind that Wayout cannot work with`,
    detail: `${config.source}: profile ${config.profile ?? "not set"}, identity service ${shownUrl(config.authUrl)}`,
    hint: `Supported: ${known}. Where it is one of these, set profile in clouds.yaml or OS_PROFILE.`,
  });
}

function driverFor({ profile, authUrl }: CloudConfig): Driver | undefined {
  const { hostname } = new URL(authUrl);
  return drivers.find((candidate) =>
    profile === undefined ? candidate.hosts.test(hostname) : candidate.profiles.includes(profile),
  );
}

/** What is to be known of a driver from outside. */
export interface ChosenDriver extends Pick<Driver, "name" | "services" | "signing"> {
  /** What in the configuration chose it. */
  readonly because: string;
}

/** Undefined where no driver fits. */
export function chosenDriver(config: CloudConfig): ChosenDriver | undefined {
  const driver = driverFor(config);
  if (driver === undefined) return undefined;
  const { name, services, signing } = driver;
  const because =
    config.profile === undefined
      ? `the identity service is ${new URL(config.authUrl).hostname}`
      : `profile is ${config.profile}`;
  return { name, services, signing, because };
}
