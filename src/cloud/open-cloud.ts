import { openSession } from "./auth/open-session.ts";
import type { NeededService, Session } from "./auth/session.ts";
import type { Cloud } from "./cloud.ts";
import type { CloudConfig } from "./config/cloud-config.ts";
import { CloudProblem, shownUrl } from "./errors.ts";
import type { Http } from "./http.ts";
import { type CloudOptions, httpFor } from "./http-for.ts";
import { huaweiReach, openHuaweiCloud } from "./huawei/huawei-cloud.ts";
import { withOneLineNames } from "./one-line-names.ts";
import { openOpenstackCloud, openstackSession } from "./openstack/openstack-cloud.ts";
import { openOtcCloud, otcReach } from "./otc/otc-cloud.ts";

/** One kind of cloud: how it is recognised, and its driver. */
interface Driver {
  readonly name: string;
  /** `wayout_driver:` in clouds.yaml. */
  readonly key: string;
  /** `profile:` in clouds.yaml. */
  readonly profiles: readonly string[];
  /** The identity service's host, for configurations without a profile. */
  readonly hosts: RegExp;
  /** Those without which it does not work. */
  readonly services: readonly NeededService[];
  /** Nothing is sent before the first call. */
  readonly session: (http: Http, config: CloudConfig) => Session;
  readonly open: (http: Http, session: Session, config: CloudConfig) => Cloud;
}

/** Another kind of cloud is another folder beside otc/ and another line here. */
const drivers: readonly Driver[] = [
  {
    name: "Open Telekom Cloud",
    key: "otc",
    profiles: ["otc", "otc-swiss"],
    hosts: /(^|\.)otc\.t-systems\.com$/,
    services: ["vpc", "network", "ecs"],
    session: (http, config) => openSession(http, config, otcReach),
    open: openOtcCloud,
  },
  {
    name: "Huawei Cloud",
    key: "huawei",
    profiles: ["huaweicloud"],
    hosts: /(^|\.)myhuaweicloud\.(com|eu)$/,
    services: ["vpc", "eip", "network", "ecs"],
    session: (http, config) => openSession(http, config, huaweiReach),
    open: openHuaweiCloud,
  },
];

/** What speaks Keystone and is none of the above. Access keys are for those alone. */
const plain: Driver = {
  name: "OpenStack",
  key: "openstack",
  profiles: [],
  hosts: /^/,
  services: ["network", "compute"],
  session: openstackSession,
  open: openOpenstackCloud,
};

/**
 * The cloud that a configuration describes: by `wayout_driver`, else by its profile, else by the identity service's host,
 * else plain OpenStack, whose driver looks at the catalog first. Nothing is sent before the first call.
 * @throws CloudProblem cloud/not-supported where no driver fits.
 */
export function openCloud(config: CloudConfig, options: CloudOptions = {}): Cloud {
  const driver = driverFor(config);
  if (driver) {
    const http = httpFor(config, options);
    return withOneLineNames(driver.open(http, driver.session(http, config), config));
  }
  const known = drivers.map(({ name, profiles }) => `${name} (profile ${profiles.join(" or ")})`).join(", ");
  const keys = [...drivers, plain].map(({ key }) => key).join(", ");
  throw new CloudProblem({
    code: "cloud/not-supported",
    summary: `cloud ${config.name} is of a kind that Wayout cannot work with`,
    detail: `${config.source}: ${
      config.driver === undefined
        ? `profile ${config.profile ?? "not set"}`
        : `wayout_driver ${config.driver}`
    }, identity service ${shownUrl(config.authUrl)}`,
    hint: `Supported: ${known}, and plain OpenStack with a user's login. Where it is one of these, set profile in clouds.yaml or OS_PROFILE, or wayout_driver to one of ${keys}.`,
  });
}

function driverFor({ driver, profile, authUrl, credentials }: CloudConfig): Driver | undefined {
  if (driver !== undefined) return [...drivers, plain].find(({ key }) => key === driver);
  const { hostname } = new URL(authUrl);
  const named = drivers.find((candidate) =>
    profile === undefined ? candidate.hosts.test(hostname) : candidate.profiles.includes(profile),
  );
  return named ?? (credentials.kind === "access-key" ? undefined : plain);
}

/** What is to be known of a driver from outside. */
export interface ChosenDriver extends Pick<Driver, "name" | "services" | "session"> {
  /** What in the configuration chose it. */
  readonly because: string;
}

/** Undefined where no driver fits. */
export function chosenDriver(config: CloudConfig): ChosenDriver | undefined {
  const driver = driverFor(config);
  if (driver === undefined) return undefined;
  const { name, services, session } = driver;
  return { name, services, session, because: reasonFor(driver, config) };
}

function reasonFor(driver: Driver, { driver: named, profile, authUrl }: CloudConfig): string {
  if (named !== undefined) return `wayout_driver is ${named}`;
  if (driver === plain) return "nothing says that it is of another kind";
  return profile === undefined
    ? `the identity service is ${new URL(authUrl).hostname}`
    : `profile is ${profile}`;
}
