/** A cloud that takes the writes which a test names, over one in which nothing moves; any other write fails the test. */
import type { Cloud } from "../../cloud/cloud.ts";
import type { World } from "../world.ts";
import { type Still, stillWorld } from "./still-cloud.ts";

type Writes = Omit<Cloud, keyof ReturnType<typeof stillWorld>["cloud"]>;

export function worldThat(writes: Partial<Writes>, still: Still = {}): World {
  const refuse = (name: string) => async (): Promise<never> => {
    throw new Error(`${name} was called`);
  };
  const none: Writes = {
    setAddressPairs: refuse("setAddressPairs"),
    setNicSecurityGroups: refuse("setNicSecurityGroups"),
    createSecurityGroup: refuse("createSecurityGroup"),
    deleteSecurityGroup: refuse("deleteSecurityGroup"),
    addSecurityGroupRule: refuse("addSecurityGroupRule"),
    deleteSecurityGroupRule: refuse("deleteSecurityGroupRule"),
    addRoute: refuse("addRoute"),
    changeRoute: refuse("changeRoute"),
    deleteRoute: refuse("deleteRoute"),
    createRouteTable: refuse("createRouteTable"),
    deleteRouteTable: refuse("deleteRouteTable"),
    associateSubnets: refuse("associateSubnets"),
    disassociateSubnets: refuse("disassociateSubnets"),
    allocatePublicIp: refuse("allocatePublicIp"),
    releasePublicIp: refuse("releasePublicIp"),
    bindPublicIp: refuse("bindPublicIp"),
    unbindPublicIp: refuse("unbindPublicIp"),
    movePublicIp: refuse("movePublicIp"),
    createVirtualIp: refuse("createVirtualIp"),
    deleteVirtualIp: refuse("deleteVirtualIp"),
    setNicProtection: refuse("setNicProtection"),
    setDhcpOptions: refuse("setDhcpOptions"),
    setSubnetGateway: refuse("setSubnetGateway"),
    setHostRoutes: refuse("setHostRoutes"),
    markSubnet: refuse("markSubnet"),
  };
  const { cloud } = stillWorld(still);
  return {
    cloud: { ...cloud, ...none, ...writes },
    host: ({ server }) => {
      throw new Error(`host ${server} was asked`);
    },
  };
}
