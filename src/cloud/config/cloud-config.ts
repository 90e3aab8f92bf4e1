import { Secret } from "../secret.ts";

/** How Wayout proves who it is. */
export type Credentials =
  | {
      readonly kind: "password";
      readonly user: UserName;
      readonly password: Secret;
      /** One-time code of a second factor. */
      readonly passcode?: Secret;
    }
  /** A one-time code alone; it is good for one login. */
  | { readonly kind: "passcode"; readonly user: UserName; readonly passcode: Secret }
  | { readonly kind: "token"; readonly token: Secret }
  | {
      readonly kind: "application-credential";
      readonly id?: string;
      readonly name?: string;
      /** Needed with a name; an id is enough by itself. */
      readonly user?: UserName;
      readonly secret: Secret;
    }
  | {
      readonly kind: "access-key";
      readonly accessKey: Secret;
      readonly secretKey: Secret;
      /** With temporary keys. */
      readonly securityToken?: Secret;
    };

/** A Keystone domain: on OTC the tenant, OTC0000... */
export interface DomainName {
  readonly id?: string;
  readonly name?: string;
}

export interface UserName {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: DomainName;
}

export interface ProjectName {
  readonly id?: string;
  readonly name?: string;
  readonly domain?: DomainName;
}

/** One cloud of the user's, whole: what clouds.yaml, secure.yaml, its profile and the OS_* variables say together. */
export interface CloudConfig {
  /** As clouds.yaml calls it; "envvars" when it comes from OS_* variables. */
  readonly name: string;
  /** Where it was found: a file's path, or "OS_* variables". */
  readonly source: string;
  /** The settings of the login that secure.yaml has, where the rest is in another file. */
  readonly secure?: { readonly path: string; readonly keys: readonly string[] };
  /** `profile:` of clouds.yaml, where there is one. */
  readonly profile?: string;
  /** The profile is none that is known here, nor one of the user's own: it adds nothing. */
  readonly unknownProfile?: true;
  /** Keys that are not known and do nothing, each near to one that is known. */
  readonly misspelt?: readonly { readonly key: string; readonly meant: string; readonly place: string }[];
  /** `wayout_driver:`, the kind of cloud whatever else says. */
  readonly driver?: string;
  /** Name or id of the network that floating IPs come from. */
  readonly externalNetwork?: string;
  /** Ends in /v3. */
  readonly authUrl: string;
  readonly credentials: Credentials;
  readonly project?: ProjectName;
  readonly region?: string;
  readonly interface: "public" | "internal" | "admin";
  readonly tls: {
    /** false: any certificate is taken. */
    readonly verify: boolean;
    /** PEM texts, read from the files that the settings name. */
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: Secret;
  };
  /** By service type, as in `network_endpoint_override`: full URLs that stand for the catalog's. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** How the cloud and its settings are called in errors: otc (/project/clouds.yaml; password from /project/secure.yaml). */
export function whereIs({ name, source, secure }: CloudConfig): string {
  return `${name} (${source}${secure === undefined ? "" : `; ${secure.keys.join(", ")} from ${secure.path}`})`;
}

/** Every secret of a configuration, for the redactor. */
export function secretsOf({ credentials, tls }: CloudConfig): readonly Secret[] {
  return [...Object.values(tls), ...Object.values(credentials)].filter((value) => value instanceof Secret);
}
