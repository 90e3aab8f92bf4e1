import { expect, test } from "vitest";
import { parseSpec } from "../../spec/spec.ts";
import { proxyOf } from "../../steps/testing/gateways.ts";
import { stillWorld } from "../../steps/testing/still-cloud.ts";
import { Asked } from "./asked.ts";
import { readInventory } from "./inventory.ts";
import { leavingEip, type Seat } from "./proxies.ts";

const askedFor = (publicIp: string): Asked => {
  const text = `cloud: lab
gateways:
  - { name: egress, vpc: vpc-demo, proxies: [ecs-1, ecs-2], subnets: [subnet-app], publicIp: ${publicIp} }
`;
  const file = parseSpec(text, "wayout.yaml");
  const [gateway] = file.value.gateways;
  if (!gateway) throw new Error("the spec has no gateway");
  return new Asked(file, gateway, 0);
};
const eip = (address: string, nicId: string | undefined, name = "by hand") => ({
  id: `id-${address}`,
  address,
  name,
  ...(nicId === undefined ? {} : { nicId }),
});
const first = eip("203.0.113.11", "nic-1");
const second = eip("203.0.113.12", "nic-2");
const allocated = eip("203.0.113.11", "nic-1", "wayout-egress");
const moving = eip("203.0.113.11", undefined, "wayout-egress.moving.by hand");

test.each<[string, string, readonly (typeof first)[], string | undefined]>([
  ["keep, and both have one", "keep", [second, first], "203.0.113.11"],
  ["keep, and the second has one", "keep", [second], "203.0.113.12"],
  ["keep, and it is on its way already", "keep", [moving, second], undefined],
  ["one that a proxy has", "203.0.113.12", [first, second], "203.0.113.12"],
  ["one that no proxy has", "203.0.113.99", [first, eip("203.0.113.99", undefined)], undefined],
  ["allocate, and both have one of their own", "allocate", [first, second], undefined],
  [
    "allocate, and one was allocated for the first proxy when it was alone",
    "allocate",
    [allocated, second],
    "203.0.113.11",
  ],
])("of the proxies' EIPs, the one that goes to the pair: %s", async (_, wish, publicIps, leaves) => {
  const inventory = await readInventory(stillWorld({ publicIps }).cloud);
  const seat = (number: number): Seat => {
    const { server, nic, outside, nics } = proxyOf(number);
    const publicIp = inventory.publicIpByNic.get(nic.id);
    return { server, nic, outside, nics, ...(publicIp ? { publicIp } : {}) };
  };
  expect(leavingEip(askedFor(wish), [seat(1), seat(2)], inventory)?.address).toBe(leaves);
});
