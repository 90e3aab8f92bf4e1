/** Both drivers on VPC API v1 against the lab's API, over HTTP: every write may be repeated, and nothing foreign is touched. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApiFault } from "../../lab/api/faults.ts";
import { tableOfSubnet } from "../../lab/api/operations/index.ts";
import { addVirtualIp } from "../../lab/api/testing/virtual-ip.ts";
import type { Cloud, Route } from "../cloud.ts";
import { type LabCloud, openLabCloud } from "../testing/lab-cloud.ts";

const mover = "wayout-egress.moving.";

describe.each(["otc", "huawei"] as const)("on %s", (kind) => {
  let lab: LabCloud["lab"];
  let cloud: Cloud;
  let callsSince: LabCloud["callsSince"];
  let defaultRoute: LabCloud["defaultRoute"];

  beforeEach(async () => {
    ({ lab, cloud, callsSince, defaultRoute } = await openLabCloud(kind));
  });

  afterEach(() => lab.close());

  describe("every write leaves the same when it is made twice, or when its answer was lost", () => {
    const lost: ApiFault = { kind: "lose-answer", calls: 1 };

    test("the source/destination check", async () => {
      const pairs = [
        ...(await cloud.anyAddressPairs(false)).flat(),
        { ip_address: "192.168.125.9", mac_address: "fa:16:3e:00:00:09" },
      ];
      lab.faults.add({ ...lost, method: "PUT" });
      for (const _ of ["once", "again"]) await cloud.setAddressPairs(lab.proxyPort.id, pairs);
      expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual(pairs);
      await cloud.setAddressPairs(lab.proxyPort.id, []);
      expect((await cloud.nic(lab.proxyPort.id))?.addressPairs).toEqual([]);
    });

    test("a route: added, changed in place, deleted", async () => {
      const readRoute = async (): Promise<Route | undefined> =>
        (await cloud.routeTable(lab.table.id))?.routes.find((route) => route.destination === "0.0.0.0/0");
      for (const _ of ["once", "again"]) {
        lab.faults.add({ ...lost, method: "PUT" });
        await cloud.addRoute(lab.table.id, defaultRoute());
      }
      expect(await readRoute()).toEqual(defaultRoute());

      const mark = lab.calls().length;
      for (const _ of ["once", "again"])
        await cloud.changeRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
      expect(await readRoute()).toEqual(defaultRoute({ nextHop: lab.client.id }));
      expect(callsSince(mark).filter((call) => call.startsWith("PUT"))).toHaveLength(2);

      for (const _ of ["once", "again"]) {
        lab.faults.add({ ...lost, method: "PUT" });
        await cloud.deleteRoute(lab.table.id, defaultRoute({ nextHop: lab.client.id }));
        lab.faults.clear();
      }
      expect(await readRoute()).toBeUndefined();
      await cloud.deleteRoute("00000000-0000-0000-0000-000000000000", defaultRoute());
    });

    test("a security group with its rules", async () => {
      const wish = { name: "wayout-egress", description: "wayout:egress" };
      const group = await cloud.createSecurityGroup(wish);
      expect(await cloud.createSecurityGroup(wish)).toEqual(group);
      const rule = {
        direction: "ingress",
        ethertype: "IPv4",
        protocol: "tcp",
        portMin: 80,
        portMax: 443,
        remoteCidr: "192.168.125.0/24",
        remoteGroupId: null,
        description: "wayout:egress",
      } as const;
      for (const _ of ["once", "again"]) await cloud.addSecurityGroupRule(group.id, rule);
      const rules = (await cloud.securityGroup(group.id))?.rules ?? [];
      const made = rules.filter((candidate) => candidate.portMax === 443);
      expect(made).toEqual([{ ...rule, id: expect.any(String), groupId: group.id }]);
      expect(rules.length).toBe(group.rules.length + 1);
      for (const _ of ["once", "again"]) await cloud.deleteSecurityGroupRule(made[0]?.id ?? "");
      expect((await cloud.securityGroup(group.id))?.rules).toEqual(group.rules);

      for (const _ of ["once", "again"]) await cloud.setNicSecurityGroups(lab.proxyPort.id, [group.id]);
      expect((await cloud.nic(lab.proxyPort.id))?.securityGroupIds).toEqual([group.id]);
      await expect(cloud.deleteSecurityGroup(group.id)).rejects.toMatchObject({ code: "cloud/conflict" });
      await cloud.setNicSecurityGroups(lab.proxyPort.id, lab.proxyPort.securityGroupIds);
      for (const _ of ["once", "again"]) await cloud.deleteSecurityGroup(group.id);
      expect(await cloud.securityGroup(group.id)).toBeUndefined();
    });

    test("a group whose making was not answered is found again, not made twice", async () => {
      const wish = { name: "wayout-egress", description: "wayout:egress" };
      lab.faults.add({ ...lost, method: "POST", path: "/v2.0/security-groups" });
      await expect(cloud.createSecurityGroup(wish)).rejects.toMatchObject({
        code: "cloud/unavailable",
        retry: true,
      });
      const group = await cloud.createSecurityGroup(wish);
      const all = await cloud.securityGroups();
      expect(all.filter((each) => each.name === wish.name).map((each) => each.id)).toEqual([group.id]);
    });

    test("an EIP: allocated, bound, unbound, released", async () => {
      const wish = { name: "wayout-egress", bandwidthMbit: 10 };
      lab.faults.add({ ...lost, method: "POST", path: /publicips$/ });
      await expect(cloud.allocatePublicIp(wish)).rejects.toMatchObject({ code: "cloud/unavailable" });
      const eip = await cloud.allocatePublicIp(wish);
      expect(await cloud.allocatePublicIp(wish)).toEqual(eip);
      expect((await cloud.publicIps()).filter((each) => each.name === wish.name)).toEqual([eip]);
      expect(eip).toEqual({ id: eip.id, address: expect.stringMatching(/^203\.0\.113\./), name: wish.name });

      for (const _ of ["once", "again"]) {
        lab.faults.add({ ...lost, method: "PUT" });
        await cloud.bindPublicIp(eip.id, lab.clientPort.id);
        lab.faults.clear();
      }
      expect(lab.state.publicIps.get(eip.id)?.portId).toBe(lab.clientPort.id);
      const mark = lab.calls().length;
      await expect(cloud.bindPublicIp(eip.id, lab.proxyPort.id)).rejects.toMatchObject({
        code: "cloud/conflict",
      });
      expect(callsSince(mark).filter((call) => call.startsWith("PUT"))).toEqual([]);
      expect(lab.state.publicIps.get(eip.id)?.portId).toBe(lab.clientPort.id);
      await expect(cloud.releasePublicIp(eip.id)).rejects.toMatchObject({ code: "cloud/conflict" });
      for (const _ of ["once", "again"]) await cloud.unbindPublicIp(eip.id, mover);
      expect(lab.state.publicIps.get(eip.id)).toMatchObject({ portId: "", alias: wish.name });
      for (const _ of ["once", "again"]) await cloud.releasePublicIp(eip.id);
      expect(lab.state.publicIps.has(eip.id)).toBe(false);
      await cloud.unbindPublicIp(eip.id, mover);
    });

    test("an EIP of the same name that is in use is not taken for a free one", async () => {
      const wish = { name: "wayout-egress", bandwidthMbit: 10 };
      const used = await cloud.allocatePublicIp(wish);
      await cloud.bindPublicIp(used.id, lab.clientPort.id);
      expect((await cloud.allocatePublicIp(wish)).id).not.toBe(used.id);
    });

    test("a virtual IP: made, bound to two NICs, deleted", async () => {
      const wish = { subnetId: lab.subnet.id, name: "wayout-egress-inner", ip: "192.168.125.200" };
      lab.faults.add({ ...lost, method: "POST", path: /ports$/ });
      await expect(cloud.createVirtualIp(wish)).rejects.toMatchObject({ code: "cloud/unavailable" });
      const vip = await cloud.createVirtualIp(wish);
      expect(await cloud.createVirtualIp(wish)).toEqual(vip);
      expect(vip).toMatchObject({ ip: wish.ip, name: wish.name, owner: "neutron:VIP_PORT", serverId: "" });
      const pairs = [{ ip_address: lab.proxyPort.ip }, { ip_address: lab.clientPort.ip }];
      for (const _ of ["once", "again"]) await cloud.setAddressPairs(vip.id, pairs);
      expect((await cloud.nic(vip.id))?.addressPairs).toEqual(pairs);
      for (const _ of ["once", "again"]) await cloud.deleteVirtualIp(vip.id);
      expect(await cloud.nic(vip.id)).toBeUndefined();
    });

    test("an EIP that moves bears its mover's name while it is free, and its own again afterwards", async () => {
      const eip = await cloud.allocatePublicIp({ name: "partners-know-it", bandwidthMbit: 10 });
      await cloud.bindPublicIp(eip.id, lab.clientPort.id);
      const vip = addVirtualIp(lab.state, { subnetId: lab.subnet.id, name: "vip" });
      const nowhere = "00000000-0000-0000-0000-000000000000";
      const cutShort = async () => {
        await expect(cloud.movePublicIp(eip.id, nowhere, mover)).rejects.toThrow();
        expect(lab.state.publicIps.get(eip.id)).toMatchObject({
          portId: "",
          alias: `${mover}partners-know-it`,
        });
      };
      await cutShort();
      const mark = lab.calls().length;
      for (const _ of ["once", "again"]) await cloud.movePublicIp(eip.id, vip.id, mover);
      // In the call that binds it: a run that is killed after that leaves no mark.
      expect(callsSince(mark).filter((call) => call.startsWith("PUT"))).toHaveLength(1);
      expect(lab.state.publicIps.get(eip.id)).toMatchObject({ portId: vip.id, alias: "partners-know-it" });
      await cutShort();
      for (const _ of ["once", "again"]) await cloud.unbindPublicIp(eip.id, mover);
      expect(lab.state.publicIps.get(eip.id)).toMatchObject({ portId: "", alias: "partners-know-it" });
    });

    test("an EIP moves all the same where its name leaves no room for its mover's", async () => {
      const name = "n".repeat(64);
      const eip = await cloud.allocatePublicIp({ name, bandwidthMbit: 10 });
      await cloud.bindPublicIp(eip.id, lab.clientPort.id);
      const vip = addVirtualIp(lab.state, { subnetId: lab.subnet.id, name: "vip" });
      await cloud.movePublicIp(eip.id, vip.id, mover);
      expect(lab.state.publicIps.get(eip.id)).toMatchObject({ portId: vip.id, alias: name });
    });

    test("an EIP can be bound to a virtual IP", async () => {
      const vip = addVirtualIp(lab.state, { subnetId: lab.subnet.id, name: "vip" });
      const eip = await cloud.allocatePublicIp({ name: "wayout-vip", bandwidthMbit: 1 });
      await cloud.bindPublicIp(eip.id, vip.id);
      expect((await cloud.publicIps()).find((each) => each.id === eip.id)).toMatchObject({
        nicId: vip.id,
        privateIp: vip.ip,
      });
    });

    test("a route table with more routes than one call takes, and its subnets", async () => {
      const routes = Array.from({ length: 13 }, (_, at) =>
        defaultRoute({ destination: `198.51.${at}.0/24` }),
      );
      const local: Route = { destination: "192.168.125.0/24", type: "local", nextHop: "", description: "" };
      const wish = {
        vpcId: lab.vpc.id,
        name: "rtb-wayout",
        description: "wayout:egress",
        routes: [local, ...routes],
      };
      lab.faults.add({ ...lost, method: "PUT" });
      const table = await cloud.createRouteTable(wish);
      expect(await cloud.createRouteTable(wish)).toEqual(table);
      const written = table.routes.filter((route) => route.type !== "local");
      expect(written.sort((a, b) => a.destination.localeCompare(b.destination))).toEqual(
        [...routes].sort((a, b) => a.destination.localeCompare(b.destination)),
      );
      expect(table.isDefault).toBe(false);
      expect((await cloud.routeTables(lab.vpc.id)).map((each) => each.isDefault).sort()).toEqual([
        false,
        true,
      ]);

      for (const _ of ["once", "again"]) await cloud.associateSubnets(table.id, [lab.subnet.id]);
      expect(tableOfSubnet(lab.state, lab.subnet.id)?.id).toBe(table.id);
      await expect(cloud.deleteRouteTable(table.id)).rejects.toThrow();
      for (const _ of ["once", "again"]) await cloud.disassociateSubnets(table.id, [lab.subnet.id]);
      expect(tableOfSubnet(lab.state, lab.subnet.id)?.id).toBe(lab.table.id);
      for (const _ of ["once", "again"]) await cloud.deleteRouteTable(table.id);
      expect(await cloud.routeTable(table.id)).toBeUndefined();
    });
  });

  describe("what is not ours is left alone", () => {
    test("adding a route where another one is, is a conflict, and changes nothing", async () => {
      await cloud.addRoute(lab.table.id, defaultRoute({ description: "somebody's" }));
      await expect(cloud.addRoute(lab.table.id, defaultRoute())).rejects.toMatchObject({
        code: "cloud/conflict",
        cloudCode: "VPC.2812",
      });
      expect((await cloud.routeTable(lab.table.id))?.routes).toContainEqual(
        defaultRoute({ description: "somebody's" }),
      );
    });

    test("deleting a route that leads elsewhere by now is a conflict, and leaves it", async () => {
      const theirs = defaultRoute({ nextHop: lab.client.id });
      await cloud.addRoute(lab.table.id, theirs);
      await expect(cloud.deleteRoute(lab.table.id, defaultRoute())).rejects.toMatchObject({
        code: "cloud/conflict",
        hint: expect.stringContaining("Run it again"),
      });
      expect((await cloud.routeTable(lab.table.id))?.routes).toContainEqual(theirs);
    });

    test("a route of the cloud's own kind is not written", async () => {
      const route = defaultRoute({ type: "local" });
      await expect(cloud.addRoute(lab.table.id, route)).rejects.toMatchObject({
        code: "cloud/not-supported",
      });
    });
  });
});
