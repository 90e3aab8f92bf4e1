import type { LabRouteTable, LabState, LabSubnet } from "../../state.ts";
import { Refused } from "./refused.ts";

export function subnetsOf(state: LabState, vpcId: string): LabSubnet[] {
  return state.subnets
    .values()
    .filter((subnet) => subnet.vpcId === vpcId)
    .toArray();
}

export function tablesOf(state: LabState, vpcId: string): LabRouteTable[] {
  return state.routeTables
    .values()
    .filter((table) => table.vpcId === vpcId)
    .toArray();
}

export function defaultTableOf(state: LabState, vpcId: string): LabRouteTable {
  const table = state.routeTables.values().find((each) => each.vpcId === vpcId && each.isDefault);
  if (!table) throw new Refused("route-table", "missing", `VPC ${vpcId} has no default route table.`);
  return table;
}

export function tableOfSubnet(state: LabState, subnetId: string): LabRouteTable | undefined {
  return state.routeTables.values().find((table) => table.subnetIds.includes(subnetId));
}
