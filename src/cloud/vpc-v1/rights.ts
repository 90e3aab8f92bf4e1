/**
 * What a user has to be allowed, call by call, as the VPC and ECS API references name the actions ("Permissions Policies and
 * Supported Actions"). docs/open-telekom-cloud.md and docs/huawei.md show the same tables; a test compares them.
 */
import type { Right } from "../rights.ts";
import type { VpcV1Paths } from "./paths.ts";

export const rightsFor = ({ ports: { path: ports }, natGateways }: VpcV1Paths): readonly Right[] => [
  { call: "GET /v1/{project}/vpcs", action: "vpc:vpcs:list", for: "plan" },
  { call: "GET /v3/{project}/vpc/vpcs", action: "vpc:vpcs:list", for: "plan" },
  { call: "GET /v1/{project}/subnets", action: "vpc:subnets:get", for: "plan" },
  { call: "GET /v1/{project}/routetables", action: "vpc:routeTables:list", for: "plan" },
  { call: "GET /v1/{project}/routetables/{id}", action: "vpc:routeTables:get", for: "plan" },
  { call: `GET ${ports}`, action: "vpc:ports:get", for: "plan" },
  { call: `GET ${ports}/{id}`, action: "vpc:ports:get", for: "plan" },
  { call: "GET /v1/{project}/publicips", action: "vpc:publicIps:list", for: "plan" },
  { call: "GET /v1/{project}/publicips/{id}", action: "vpc:publicIps:get", for: "plan" },
  { call: "GET /v2.0/security-groups", action: "vpc:securityGroups:get", for: "plan" },
  { call: "GET /v2.0/security-groups/{id}", action: "vpc:securityGroups:get", for: "plan" },
  { call: "GET /v1/{project}/quotas", action: "vpc:quotas:list", for: "plan" },
  { call: "GET /v1/{project}/cloudservers/detail", action: "ecs:cloudServers:list", for: "plan" },
  { call: "GET /v1/{project}/cloudservers/{id}", action: "ecs:cloudServers:showServer", for: "plan" },
  { call: `GET ${natGateways}`, action: "nat:natGateways:list", for: "the name of a NAT gateway, in a plan" },
  { call: "PUT /v1/{project}/routetables/{id}", action: "vpc:routeTables:update", for: "apply" },
  { call: `PUT ${ports}/{id}`, action: "vpc:ports:update", for: "apply" },
  { call: "POST /v2.0/security-groups", action: "vpc:securityGroups:create", for: "apply" },
  { call: "DELETE /v2.0/security-groups/{id}", action: "vpc:securityGroups:delete", for: "undo" },
  { call: "POST /v2.0/security-group-rules", action: "vpc:securityGroupRules:create", for: "apply" },
  { call: "DELETE /v2.0/security-group-rules/{id}", action: "vpc:securityGroupRules:delete", for: "apply" },
  {
    call: "PUT /v1/{project}/publicips/{id}",
    action: "vpc:publicIps:update",
    for: "a pair, or an EIP of the account",
  },
  { call: "POST /v1/{project}/publicips", action: "vpc:publicIps:create", for: "publicIp: allocate" },
  { call: "DELETE /v1/{project}/publicips/{id}", action: "vpc:publicIps:delete", for: "publicIp: allocate" },
  { call: `POST ${ports}`, action: "vpc:ports:create", for: "a pair" },
  { call: `DELETE ${ports}/{id}`, action: "vpc:ports:delete", for: "a pair" },
  { call: "POST /v1/{project}/routetables", action: "vpc:routeTables:create", for: "routeTable: own" },
  { call: "DELETE /v1/{project}/routetables/{id}", action: "vpc:routeTables:delete", for: "routeTable: own" },
  {
    call: "POST /v1/{project}/routetables/{id}/action",
    action: "vpc:routeTables:associate",
    for: "routeTable: own",
  },
];
