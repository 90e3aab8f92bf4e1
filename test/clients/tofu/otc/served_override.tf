# What a file leaves to Wayout once it serves the network: the proxy's security groups and the routes of the table.
resource "opentelekomcloud_ecs_instance_v1" "proxy" {
  lifecycle {
    ignore_changes = [security_groups]
  }
}

resource "opentelekomcloud_vpc_route_table_v1" "app" {
  lifecycle {
    ignore_changes = [route]
  }
}
