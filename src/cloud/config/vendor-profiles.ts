/**
 * What `profile:` in clouds.yaml stands for, as far as Wayout knows it: openstacksdk's config/vendors/*.json, and Huawei Cloud,
 * which openstacksdk does not have.
 */
interface VendorProfile {
  readonly authUrl: (region: string) => string;
  readonly regions: readonly string[];
}

export const vendorProfiles: ReadonlyMap<string, VendorProfile> = new Map(
  Object.entries({
    otc: {
      authUrl: (region) => `https://iam.${region}.otc.t-systems.com/v3`,
      regions: ["eu-de", "eu-nl"],
    },
    "otc-swiss": {
      authUrl: (region) => `https://iam-pub.${region}.sc.otc.t-systems.com/v3`,
      regions: ["eu-ch2"],
    },
    huaweicloud: {
      authUrl: (region) => `https://iam.${region}.myhuaweicloud.com/v3`,
      // More than thirty, and new ones each year: any name is taken.
      regions: [],
    },
  }),
);
