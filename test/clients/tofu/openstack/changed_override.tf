# A change of what is there: other names for the group and the virtual IP, another text for the EIP.
resource "openstack_networking_secgroup_v2" "partner" {
  name = "sg-partner-new"
}

resource "openstack_networking_port_v2" "virtual" {
  name = "vip-new"
}

resource "openstack_networking_floatingip_v2" "partner" {
  description = "the partner's, until spring"
}
