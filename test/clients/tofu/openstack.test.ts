/** OpenStack's Terraform provider adds to the lab's OpenStack, Wayout serves beside it, and the provider takes its own away. */
import { expect } from "vitest";
import { cloudState } from "../../lab/world-state.ts";
import { clients } from "../places.ts";
import { tofuJourney } from "./journey.ts";

const lab = "clients-tofu-os";
const named = (name: string) => expect.arrayContaining([expect.objectContaining({ name })]);

tofuJourney({
  lab,
  scenario: "openstack",
  provider: {
    source: "terraform-provider-openstack/openstack",
    path: clients.openstackProvider,
    files: "openstack",
  },
  made: {
    securityGroups: named("sg-partner"),
    nics: named("vip-partner"),
    publicIps: expect.arrayContaining([
      expect.objectContaining({ name: "the partner's", privateIp: "192.168.125.200" }),
    ]),
    routeTables: expect.arrayContaining([
      expect.objectContaining({
        name: "router-public",
        routes: [expect.objectContaining({ destination: "10.99.0.0/16" })],
      }),
    ]),
  },
  async change(apply) {
    await apply();
    expect(await cloudState(lab)).toMatchObject({
      securityGroups: named("sg-partner-new"),
      nics: named("vip-new"),
      publicIps: named("the partner's, until spring"),
    });
  },
  gateway: { vpc: "router-public", proxies: "[ecs-proxy-1]" },
  async eip(tofu) {
    expect(JSON.parse(await tofu.succeed("output", "-json", "proxy"))).toBe("ecs-proxy-1");
    return "203.0.113.10";
  },
  // The proxy's security groups. Each route is a resource of its own here, and Wayout's is none of the file's.
  changesWhileServed: 1,
});
