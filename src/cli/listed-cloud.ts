/** One line of `wayout clouds`, as JSON gives it. */
import { checkLogin } from "../cloud/check-login.ts";
import type { CloudConfig, Credentials } from "../cloud/config/cloud-config.ts";
import { type FoundCloud, loadCloud } from "../cloud/config/load-cloud.ts";
import type { ConfigSources } from "../cloud/config/settings-file.ts";
import { warningsOf } from "../cloud/config/warnings.ts";
import { shownUrl } from "../cloud/errors.ts";
import type { CloudOptions } from "../cloud/http-for.ts";
import { chosenDriver, openCloud } from "../cloud/open-cloud.ts";
import { Problem, type ProblemFields } from "../report/problem.ts";

export type Told = Omit<ProblemFields, "cause">;

/** Stable as JSON: fields are only ever added. Nothing in it is secret. */
export interface ListedCloud extends FoundCloud {
  /** It can be used; with --check: the login and every service answered. */
  readonly ok: boolean;
  /** Why it cannot be used. */
  readonly problem?: Told;
  readonly credentials?: { readonly kind: Credentials["kind"]; readonly user?: string };
  readonly authUrl?: string;
  readonly project?: { readonly id?: string; readonly name?: string };
  readonly region?: string;
  readonly interface?: string;
  readonly endpoints?: Readonly<Record<string, string>>;
  readonly driver?: { readonly name: string; readonly because: string };
  readonly warnings: readonly string[];
  /** With --check, where the login went well. */
  readonly login?: {
    readonly project: { readonly id: string; readonly name?: string };
    /** null: these credentials do not end. */
    readonly tokenExpiresAt: string | null;
    readonly services: readonly {
      readonly service: string;
      readonly ok: boolean;
      readonly url: string | null;
      readonly durationMs: number;
      readonly problem?: Told;
    }[];
  };
}

export async function listedCloud(
  found: FoundCloud,
  sources: ConfigSources,
  { check, ...options }: CloudOptions & { readonly check: boolean },
): Promise<ListedCloud> {
  let listed: ListedCloud = { ...found, ok: false, warnings: [] };
  try {
    const config = loadCloud(found.name, sources);
    const driver = chosenDriver(config);
    listed = { ...listed, ...settingsOf(config, driver) };
    // It says best why no driver fits.
    if (driver === undefined) openCloud(config);
    else if (check) {
      const { projectId, projectName, tokenExpiresAt, services } = await checkLogin(config, driver, options);
      const project = { id: projectId, ...(projectName === undefined ? {} : { name: projectName }) };
      const tried = services.map(({ service, url, durationMs, problem }) => ({
        service,
        ok: problem === undefined,
        url: url === undefined ? null : shownUrl(url),
        durationMs: Math.round(durationMs),
        ...(problem === undefined ? {} : { problem: problem.toJSON() }),
      }));
      const login = { project, tokenExpiresAt: tokenExpiresAt ?? null, services: tried };
      return { ...listed, ok: tried.every(({ ok }) => ok), login };
    }
    return { ...listed, ok: true };
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    return { ...listed, problem: cause.toJSON() };
  }
}

function settingsOf(config: CloudConfig, driver: ReturnType<typeof chosenDriver>) {
  const { credentials, project, region, endpoints } = config;
  const user = "user" in credentials ? (credentials.user?.name ?? credentials.user?.id) : undefined;
  return {
    credentials: { kind: credentials.kind, ...(user === undefined ? {} : { user }) },
    authUrl: shownUrl(config.authUrl),
    ...(project === undefined
      ? {}
      : {
          project: {
            ...(project.id === undefined ? {} : { id: project.id }),
            ...(project.name === undefined ? {} : { name: project.name }),
          },
        }),
    ...(region === undefined ? {} : { region }),
    interface: config.interface,
    endpoints: Object.fromEntries(Object.entries(endpoints).map(([type, url]) => [type, shownUrl(url)])),
    ...(driver === undefined ? {} : { driver: { name: driver.name, because: driver.because } }),
    warnings: warningsOf(config),
  };
}
