import { expect, test } from "vitest";
import type { SecurityGroup } from "../../../cloud/cloud.ts";
import { rebindStep } from "../../all-steps.ts";
import { proxyOf } from "../../testing/gateways.ts";
import { stillWorld } from "../../testing/still-cloud.ts";
import type { Rule } from "./model.ts";

const name = "wayout-egress-ecs-1";
const { nic } = proxyOf(1);
const want = {
  ...{ gateway: "egress", server: "ecs-1", nicId: nic.id, nicIp: nic.ip },
  ...{ groupName: name, served: [], mode: "own" },
};
const from = (remoteCidr: string, description = ""): Rule => ({
  ...{ direction: "ingress", ethertype: "IPv4", protocol: "tcp", portMin: 443, portMax: 443 },
  ...{ remoteCidr, remoteGroupId: null, description },
});
const [clients, others] = [from("192.168.125.0/24"), from("10.0.0.0/8")];
const grant = from(`${nic.ip}/32`, "wayout:egress");

interface Account {
  readonly on: readonly string[];
  readonly own: readonly Rule[];
  readonly demo: readonly Rule[];
}
const left: Account = { on: [name], own: [clients], demo: [grant] };

async function see({ on, own, demo }: Account) {
  const group = (id: string, description: string, rules: readonly Rule[]): SecurityGroup => ({
    ...{ id, name: id, description },
    rules: rules.map((rule, index) => ({ ...rule, id: `${id} ${index}`, groupId: id })),
  });
  const world = stillWorld({
    nics: [{ ...nic, securityGroupIds: on }],
    securityGroups: [group(name, "wayout:egress", own), group("sg-demo", "", demo)],
  });
  const changes = [{ before: { is: "absent" }, after: null }] as const;
  return rebindStep("cloud/security-group", want, changes).observe(world);
}

test.each<[string, Partial<Account>, readonly string[]]>([
  ["nothing", {}, []],
  ["a rule", { own: [clients, others] }, [`a rule more: ingress tcp 443 from 10.0.0.0/8 in ${name}`]],
  ["no rule", { own: [] }, [`a rule less: ingress tcp 443 from 192.168.125.0/24 in ${name}`]],
  ["a rule of another gateway", { own: [clients, from("10.0.0.4/32", "wayout:other")] }, []],
  ["a group", { on: [name, "sg-demo"] }, ["a group more: sg-demo"]],
  ["another group", { on: ["sg-demo"] }, ["a group more: sg-demo", `a group less: ${name}`]],
  [
    "no rule for its address in another group",
    { demo: [] },
    [`a rule less: ingress tcp 443 from ${nic.ip}/32 in sg-demo`],
  ],
])("where somebody has left the proxy %s instead, that is what is told", async (_, change, told) => {
  const { observed: after } = await see(left);
  expect((await see({ ...left, ...change })).differences(after)).toEqual(told);
});
