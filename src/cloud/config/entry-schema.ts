/** An entry below `clouds:`, as far as Wayout looks at it; keys that other programs use pass. */
import { z } from "zod";

const quoteHint = "expected text; numbers, dates and yes/no need quotes";
const text = z.string({ error: quoteHint }).trim().min(1, { error: "expected text, found nothing" });
/** A secret may begin or end with a blank. */
const secretText = z.string({ error: quoteHint }).min(1, { error: "expected text, found nothing" });
const url = text
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ""), {
    error: "expected a URL that begins with https:// or http://",
    abort: true,
  })
  // A password in it would be shown wherever the URL is, and be sent to nobody: only `auth` is.
  .refine((value) => !hasLogin(value), {
    error: "holds a login (USER:PASSWORD@), which belongs to username and password below auth",
  });

function hasLogin(value: string): boolean {
  const { username, password } = URL.parse(value) ?? { username: "", password: "" };
  return username !== "" || password !== "";
}

const authTypes = [
  "password",
  "v3password",
  "token",
  "v3token",
  "v3applicationcredential",
  "aksk",
  "v3totp",
  "v3multifactor",
] as const;

export const authSchema = z.object({
  auth_url: url.optional(),
  username: text.optional(),
  user_id: text.optional(),
  password: secretText.optional(),
  passcode: secretText.optional(),
  token: secretText.optional(),
  project_name: text.optional(),
  project_id: text.optional(),
  tenant_name: text.optional(),
  tenant_id: text.optional(),
  user_domain_name: text.optional(),
  user_domain_id: text.optional(),
  project_domain_name: text.optional(),
  project_domain_id: text.optional(),
  domain_name: text.optional(),
  domain_id: text.optional(),
  default_domain_name: text.optional(),
  default_domain_id: text.optional(),
  application_credential_id: text.optional(),
  application_credential_name: text.optional(),
  application_credential_secret: secretText.optional(),
  ak: secretText.optional(),
  sk: secretText.optional(),
  security_token: secretText.optional(),
});

export type AuthEntry = z.infer<typeof authSchema>;

const endpointKind = z
  .enum(["public", "internal", "admin", "publicURL", "internalURL", "adminURL"], {
    error: "expected public, internal or admin",
  })
  .transform((kind) =>
    kind.startsWith("public") ? "public" : kind.startsWith("internal") ? "internal" : "admin",
  );

export const entrySchema = z.looseObject({
  profile: text.optional(),
  auth: authSchema.prefault({}),
  auth_type: z.enum(authTypes, { error: `expected one of ${authTypes.join(", ")}` }).optional(),
  /** Ours: which kind of cloud it is, where profile and auth_url do not tell. */
  wayout_driver: text.optional(),
  /** Where floating IPs come from, by name or id (openstacksdk's key). */
  external_network: text.optional(),
  region_name: text.optional(),
  interface: endpointKind.optional(),
  identity_api_version: z
    .union([z.string(), z.number()])
    .refine((version) => /^3(\.|$)/.test(String(version)), { error: "only version 3 of Keystone is spoken" })
    .optional(),
  verify: z.boolean({ error: "expected true or false; name a certificate authority with cacert" }).optional(),
  insecure: z.boolean({ error: "expected true or false" }).optional(),
  cacert: text.optional(),
  cert: text.optional(),
  key: text.optional(),
});

export type CloudEntry = z.infer<typeof entrySchema>;

const overrideKey = /^([a-z0-9_]+)_endpoint_override$/;

/** `network_endpoint_override: URL` and its like, by service type. The values are checked here. */
export function endpointOverrides(
  entry: Readonly<Record<string, unknown>>,
):
  | { readonly ok: true; readonly endpoints: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly key: string; readonly message: string } {
  const endpoints: Record<string, string> = {};
  for (const [key, value] of Object.entries(entry)) {
    const service = overrideKey.exec(key)?.[1];
    if (service === undefined || value === null) continue;
    const checked = url.safeParse(value);
    if (!checked.success)
      return { ok: false, key, message: checked.error.issues[0]?.message ?? "expected a URL" };
    endpoints[service.replaceAll("_", "-")] = checked.data;
  }
  return { ok: true, endpoints };
}
