/** OTC's Terraform provider makes a network in the lab, Wayout serves it, and the provider takes it away. */
import { expect } from "vitest";
import { z } from "zod";
import { labCloud } from "../../lab/world-state.ts";
import { clients } from "../places.ts";
import { tofuJourney } from "./journey.ts";

const lab = "clients-tofu-otc";

const serverNamed = async (name: string) =>
  (await (await labCloud(lab)).servers()).find((server) => server.name === name);
const partner = expect.objectContaining({ type: "ecs", destination: "10.99.0.0/16" });

tofuJourney({
  lab,
  scenario: "empty",
  provider: { source: "opentelekomcloud/opentelekomcloud", path: clients.otcProvider, files: "otc" },
  made: {
    vpcs: [{ name: "vpc-tofu" }],
    publicIps: [{ address: expect.any(String), nicId: expect.any(String) }],
    routeTables: expect.arrayContaining([
      expect.objectContaining({ name: "rtb-app", routes: expect.arrayContaining([partner]) }),
    ]),
    servers: expect.arrayContaining(
      ["ecs-proxy", "ecs-app-1"].map((name) => expect.objectContaining({ name, status: "ACTIVE" })),
    ),
  },
  async change(apply) {
    const app = await serverNamed("ecs-app-1");
    await apply();
    const changed = await serverNamed("ecs-app-new");
    expect(changed).toMatchObject({ id: app?.id, status: "ACTIVE" });
    expect([app?.securityGroupIds.length, changed?.securityGroupIds.length]).toEqual([1, 2]);
  },
  gateway: { vpc: "vpc-tofu" },
  eip: async (tofu) => z.string().parse(JSON.parse(await tofu.succeed("output", "-json", "eip"))),
  // The route table with Wayout's route, and the proxy with its security groups.
  changesWhileServed: 2,
});
