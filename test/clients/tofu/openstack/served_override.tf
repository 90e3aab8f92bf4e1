# What a file leaves to Wayout once it serves the subnet: in which groups the proxy's NIC is.
resource "openstack_networking_port_secgroup_associate_v2" "proxy" {
  lifecycle {
    ignore_changes = [security_group_ids]
  }
}
