/**
 * What a user of plain OpenStack has to be allowed, call by call, as the policies of Neutron and Nova name it (their
 * "Policy Reference"). docs/openstack.md shows the same table; a test compares them.
 */
import type { Right } from "../rights.ts";

export const openstackRights: readonly Right[] = [
  { call: "GET /v2.0/networks", action: "get_network", for: "plan" },
  { call: "GET /v2.0/subnets", action: "get_subnet", for: "plan" },
  { call: "GET /v2.0/subnets/{id}", action: "get_subnet", for: "plan" },
  { call: "GET /v2.0/routers", action: "get_router", for: "plan" },
  { call: "GET /v2.0/routers/{id}", action: "get_router", for: "plan" },
  { call: "GET /v2.0/ports", action: "get_port", for: "plan" },
  { call: "GET /v2.0/ports/{id}", action: "get_port", for: "plan" },
  { call: "GET /v2.0/floatingips", action: "get_floatingip", for: "plan" },
  { call: "GET /v2.0/floatingips/{id}", action: "get_floatingip", for: "plan" },
  { call: "GET /v2.0/security-groups", action: "get_security_group", for: "plan" },
  { call: "GET /v2.0/security-groups/{id}", action: "get_security_group", for: "plan" },
  { call: "GET /v2.0/quotas/{project}/details.json", action: "get_quota", for: "plan" },
  { call: "GET /v2.1/servers/detail", action: "os_compute_api:servers:detail", for: "plan" },
  { call: "GET /v2.1/servers/{id}", action: "os_compute_api:servers:show", for: "plan" },
  { call: "PUT /v2.0/ports/{id}", action: "update_port", for: "the proxy's NIC" },
  { call: "POST /v2.0/security-groups", action: "create_security_group", for: "the proxy's security group" },
  { call: "DELETE /v2.0/security-groups/{id}", action: "delete_security_group", for: "undo" },
  {
    call: "POST /v2.0/security-group-rules",
    action: "create_security_group_rule",
    for: "the proxy's security group",
  },
  {
    call: "DELETE /v2.0/security-group-rules/{id}",
    action: "delete_security_group_rule",
    for: "the proxy's security group",
  },
  { call: "PUT /v2.0/routers/{id}", action: "update_router", for: "the route, where the router has it" },
  {
    call: "PUT /v2.0/routers/{id}/add_extraroutes",
    action: "add_extraroutes",
    for: "the route, where the router has it",
  },
  {
    call: "PUT /v2.0/routers/{id}/remove_extraroutes",
    action: "remove_extraroutes",
    for: "the route, where the router has it",
  },
  {
    call: "PUT /v2.0/routers/{id}/tags/{tag}",
    action: "update_routers_tags",
    for: "the route, where the router has it",
  },
  {
    call: "DELETE /v2.0/routers/{id}/tags/{tag}",
    action: "delete_routers_tags",
    for: "the route, where the router has it",
  },
  {
    call: "PUT /v2.0/subnets/{id}",
    action: "update_subnet",
    for: "the route, where servers learn it by DHCP",
  },
  {
    call: "PUT /v2.0/subnets/{id}/tags/{tag}",
    action: "update_subnets_tags",
    for: "the route, where servers learn it by DHCP",
  },
  {
    call: "DELETE /v2.0/subnets/{id}/tags/{tag}",
    action: "delete_subnets_tags",
    for: "the route, where servers learn it by DHCP",
  },
  { call: "POST /v2.0/floatingips", action: "create_floatingip", for: "publicIp: allocate" },
  {
    call: "PUT /v2.0/floatingips/{id}",
    action: "update_floatingip",
    for: "a pair, or a floating IP of the project",
  },
  { call: "DELETE /v2.0/floatingips/{id}", action: "delete_floatingip", for: "publicIp: allocate" },
  { call: "POST /v2.0/ports", action: "create_port", for: "a pair" },
  { call: "DELETE /v2.0/ports/{id}", action: "delete_port", for: "a pair" },
];
