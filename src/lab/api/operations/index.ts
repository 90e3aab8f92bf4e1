/** What can be done to the lab's cloud: by its APIs, and by whoever builds a cloud to start with. */
export { defaultTableOf, subnetsOf, tableOfSubnet } from "./lookups.ts";
export { addPort, gatewayOwner, removePort, updatePort, virtualIpOwner } from "./ports.ts";
export { addPublicIp, bindPublicIp, removePublicIp, renamePublicIp, unbindPublicIp } from "./public-ips.ts";
export {
  addRouteTable,
  associateSubnets,
  disassociateSubnets,
  removeRouteTable,
  updateRouteTable,
} from "./route-tables.ts";
export { localDestinations } from "./routes.ts";
export {
  addRule,
  addSecurityGroup,
  defaultSecurityGroup,
  removeRule,
  removeSecurityGroup,
  updateSecurityGroup,
} from "./security-groups.ts";
export { joinGroup, leaveGroup } from "./server-groups.ts";
export { addServer, removeServer, renameServer, setServerStatus } from "./servers.ts";
export {
  addSubnet,
  poolOf,
  removeSubnet,
  renameSubnet,
  setHostRoutes,
  setSubnetGateway,
  tagSubnet,
} from "./subnets.ts";
export { addVpc, removeVpc, updateVpc } from "./vpcs.ts";
