import { expect, test } from "vitest";
import { openRule, StateBuilder } from "../../../test/lab/fabric-state.ts";
import { nicsOf } from "./links.ts";
import { nicPort, shortId } from "./names.ts";
import { securityTable } from "./security.ts";

function compiled(lab: StateBuilder) {
  const table = securityTable(lab.state, lab.state.subnets, nicsOf(lab.state));
  return {
    chain: (name: string) => table.chains.get(name)?.rules ?? [],
    elements: (name: string) => [...(table.sets.get(name)?.elements.values() ?? [])],
  };
}

function oneServer() {
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("app", "192.168.125.0/24");
  const { port } = lab.addServer("proxy", subnet, "192.168.125.4");
  return { lab, subnet, port, name: nicPort(port), mac: port.mac };
}

test("a NIC sends from its own address and MAC, and gets what is for it or for everybody", () => {
  const { lab, name, mac } = oneServer();
  const { chain } = compiled(lab);
  expect(chain(`from_${name}`)).toEqual([
    `ether saddr ${mac} ip saddr 192.168.125.4/32 goto judge_from_${name}`,
    `ether saddr ${mac} arp saddr ether ${mac} arp saddr ip { 192.168.125.4/32, 0.0.0.0 } accept`,
  ]);
  expect(chain(`to_${name}`)).toEqual([
    "ether type arp accept",
    `ip daddr { 192.168.125.4, 192.168.125.255, 224.0.0.0-239.255.255.255, 255.255.255.255 } goto judge_to_${name}`,
  ]);
});

test("a pair adds its range and its MAC; one of prefix length 0 opens everything", () => {
  const { lab, port, name, mac } = oneServer();
  port.addressPairs = [{ ip_address: "192.168.125.200", mac_address: "02:00:00:00:00:01" }];
  expect(compiled(lab).chain(`from_${name}`)).toContain(
    `ether saddr 02:00:00:00:00:01 ip saddr 192.168.125.200/32 goto judge_from_${name}`,
  );
  port.addressPairs = [{ ip_address: "1.1.1.1/0" }];
  expect(compiled(lab).chain(`from_${name}`)).toContain(
    `ether saddr ${mac} ether type ip goto judge_from_${name}`,
  );
  expect(compiled(lab).chain(`to_${name}`)).toEqual([
    "ether type arp accept",
    `ether type ip goto judge_to_${name}`,
  ]);
});

test("without port security nothing is judged; without a group everything is dropped", () => {
  const { lab, port, name } = oneServer();
  port.securityGroupIds = [];
  expect(compiled(lab).chain(`judge_to_${name}`)).toEqual(["jump known_to_nic", "drop"]);
  port.portSecurity = false;
  expect(compiled(lab).chain(`from_${name}`)).toEqual(["accept"]);
});

test("a group's members are its NICs' addresses and pairs", () => {
  const { lab, subnet, port } = oneServer();
  const members = lab.addGroup("members", []);
  const group = lab.addGroup("group", [{ ...openRule("ingress"), remoteGroupId: members.id }]);
  port.securityGroupIds = [group.id];
  const set = `members_${shortId(members.id)}`;
  expect(compiled(lab).elements(set)).toEqual([]);
  const first = lab.addServer("a", subnet, "192.168.125.10", { groups: [members] });
  lab.addServer("b", subnet, "192.168.125.11", { groups: [members] });
  first.port.addressPairs = [{ ip_address: "10.0.0.0/24" }];
  expect(compiled(lab).elements(set)).toEqual(["10.0.0.0-10.0.0.255", "192.168.125.10-192.168.125.11"]);
  first.port.addressPairs = [{ ip_address: "1.1.1.1/0" }];
  expect(compiled(lab).elements(set)).toEqual(["0.0.0.0/0"]);
});

test("what the API should have refused does not reach a command line", () => {
  for (const spoil of [
    (port: { ip: string }) => Object.assign(port, { ip: "1.2.3.4; drop" }),
    (port: { ip: string }) => Object.assign(port, { mac: "x\naccept" }),
    (port: { ip: string }) => Object.assign(port, { addressPairs: [{ ip_address: "::/0" }] }),
  ]) {
    const { lab, port } = oneServer();
    spoil(port);
    expect(() => compiled(lab)).toThrow("malformed");
  }
});
