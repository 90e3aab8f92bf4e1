/** Wayout reads a cloud's settings, and merges them with profiles and variables, as openstacksdk does. */
import { testCertificate, testKey } from "../../../src/cloud/testing/certificate.ts";
import { account, clouds, login, one } from "./entries.ts";
import { sameAsOpenstacksdk } from "./same-answer.ts";

const { OS_AUTH_URL: _, ...withoutUrl } = account;
const otc = (lines: string): string =>
  clouds(`otc:\n  profile: otc\n  auth: {username: u, password: pw-u, user_domain_name: OTC1}\n${lines}`);

sameAsOpenstacksdk([
  { says: "profile otc with a region", files: { "project/clouds.yaml": otc("  region_name: eu-nl") } },
  { says: "profile otc without a region", files: { "project/clouds.yaml": otc("  interface: internal") } },
  {
    says: "the older word for profile",
    files: { "project/clouds.yaml": otc("").replace("profile", "cloud") },
  },
  {
    says: "an auth_url above the profile's",
    files: {
      "project/clouds.yaml": otc("").replace("{username", "{auth_url: https://i.example/v3, username"),
    },
  },
  {
    says: "a profile of clouds-public.yaml",
    files: {
      "project/clouds.yaml": otc("").replace("profile: otc", "profile: ours"),
      "home/.config/openstack/clouds-public.yaml":
        'public-clouds: {ours: {auth: {auth_url: "https://{region_name}.ours.example/v3", project_domain_name: pd}, regions: [r7], interface: internal}}',
    },
  },
  // With OS_AUTH_URL beside it they take the profile's; here the nearer word wins.
  {
    says: "OS_PROFILE and OS_REGION_NAME",
    env: { ...withoutUrl, OS_PROFILE: "otc", OS_REGION_NAME: "eu-nl" },
  },
  { says: "several regions", files: { "project/clouds.yaml": one("u", "  regions: [r1, r2]") } },
  {
    says: "settings of a region",
    files: {
      "project/clouds.yaml": one(
        "u",
        "  regions: [{name: r1, values: {interface: admin, auth: {project_name: q}}}, r2]",
      ),
    },
  },
  { says: "regions in one text", files: { "project/clouds.yaml": one("u", "  region_name: r1,r2") } },
  {
    says: "a word for the login beside auth",
    files: {
      "project/clouds.yaml": clouds(
        "x:\n  auth: {auth_url: https://k.example/v3, username: u, user_domain_name: d}\n  password: pw-beside\n  project_name: pp\n  project_domain_name: d",
      ),
    },
  },
  {
    says: "tenant for project",
    files: { "project/clouds.yaml": one("u").replace("project_name: p", "tenant_name: t") },
  },
  {
    says: "project wins over tenant",
    files: { "project/clouds.yaml": one("u").replace("project_name: p", "tenant_name: t, project_name: p") },
  },
  {
    says: "hyphens for underscores",
    files: { "project/clouds.yaml": one("u", "  region-name: r1").replace("project_name", "project-name") },
  },
  {
    says: "one domain for both",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "domain_name: both",
      ),
    },
  },
  {
    says: "one domain's id for both",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "domain_id: both",
      ),
    },
  },
  {
    says: "a default domain",
    files: {
      "project/clouds.yaml": one("u").replace(
        "user_domain_name: d, project_domain_name: e",
        "default_domain_id: dd",
      ),
    },
  },
  {
    says: "ids for names",
    files: {
      "project/clouds.yaml": one("u")
        .replace(/username: u/, "user_id: u1")
        .replace("project_name: p", "project_id: p1"),
    },
  },
  {
    says: "endpoint_type of older files",
    files: { "project/clouds.yaml": one("u", "  endpoint_type: internalURL") },
  },
  {
    says: "endpoint_type wins over interface",
    files: { "project/clouds.yaml": one("u", "  interface: public\n  endpoint_type: admin") },
  },
  {
    says: "endpoints of the user's",
    files: {
      "project/clouds.yaml": one(
        "u",
        "  network_endpoint_override: https://n.example\n  compute_endpoint_override: https://c.example/v2.1",
      ),
    },
  },
  {
    says: "an endpoint by a variable",
    env: { ...account, OS_NETWORK_ENDPOINT_OVERRIDE: "https://n.example" },
  },
  { says: "verify: false", files: { "project/clouds.yaml": one("u", "  verify: false") } },
  {
    says: "insecure wins over verify",
    files: { "project/clouds.yaml": one("u", "  verify: true\n  insecure: true") },
  },
  { says: "OS_INSECURE", env: { ...account, OS_INSECURE: "True" } },
  {
    says: "a certificate authority, and a certificate",
    files: {
      "project/clouds.yaml": one("u", "  cacert: ~/ca.pem\n  cert: ~/me.pem\n  key: ~/me.key"),
      "home/ca.pem": testCertificate,
      "home/me.pem": testCertificate,
      "home/me.key": testKey,
    },
  },
  {
    says: "a token",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: token\n  auth: {auth_url: "https://k.example/v3", token: tok-tok, project_id: p1}',
      ),
    },
  },
  {
    says: "an application credential",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: v3applicationcredential\n  auth: {auth_url: "https://k.example/v3", application_credential_id: a1, application_credential_secret: sss}',
      ),
    },
  },
  {
    says: "a one-time code",
    files: {
      "project/clouds.yaml": clouds(
        'x:\n  auth_type: v3totp\n  auth: {auth_url: "https://k.example/v3", username: u, user_domain_name: d, passcode: "123456", project_name: p, project_domain_name: e}',
      ),
    },
  },
  {
    says: "a token by variables",
    env: {
      OS_AUTH_TYPE: "token",
      OS_AUTH_URL: "https://k.example/v3",
      OS_TOKEN: "tok-tok",
      OS_PROJECT_ID: "p1",
    },
  },
  {
    says: "anchors and merge keys",
    files: {
      "project/clouds.yaml": `base: &base\n  auth: ${login("u")}\nclouds:\n  x:\n    <<: *base\n    region_name: r1\n`,
    },
  },
]);
