# What a project adds to the lab's OpenStack, as OpenStack's Terraform provider makes it: a way in for a partner, a
# virtual IP with an EIP, and two routes. openstack.test.ts applies it, lets Wayout serve beside it, and destroys it.
# Who signs in comes from OS_CLOUD and clouds.yaml.
terraform {
  required_providers {
    openstack = {
      source  = "terraform-provider-openstack/openstack"
      version = ">= 3.4.0"
    }
  }
}

provider "openstack" {}

data "openstack_networking_network_v2" "outside" {
  external = true
}

data "openstack_networking_router_v2" "public" {
  name = "router-public"
}

data "openstack_networking_network_v2" "app" {
  name = "subnet-app"
}

data "openstack_networking_subnet_v2" "app" {
  network_id = data.openstack_networking_network_v2.app.id
}

data "openstack_networking_port_v2" "proxy" {
  fixed_ip = "192.168.125.4"
}

data "openstack_compute_instance_v2" "proxy" {
  id = data.openstack_networking_port_v2.proxy.device_id
}

resource "openstack_networking_secgroup_v2" "partner" {
  name        = "sg-partner"
  description = "the partner's way in"
}

resource "openstack_networking_secgroup_rule_v2" "partner" {
  for_each = {
    https = 443
    ssh   = 22
  }
  security_group_id = openstack_networking_secgroup_v2.partner.id
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = each.value
  port_range_max    = each.value
  remote_ip_prefix  = "198.51.100.0/24"
}

# Beside the groups that the NIC has.
resource "openstack_networking_port_secgroup_associate_v2" "proxy" {
  port_id            = data.openstack_networking_port_v2.proxy.id
  security_group_ids = [openstack_networking_secgroup_v2.partner.id]
}

resource "openstack_networking_port_v2" "virtual" {
  name               = "vip-partner"
  network_id         = data.openstack_networking_network_v2.app.id
  security_group_ids = [openstack_networking_secgroup_v2.partner.id]
  fixed_ip {
    subnet_id  = data.openstack_networking_subnet_v2.app.id
    ip_address = "192.168.125.200"
  }
  allowed_address_pairs {
    ip_address = "10.99.0.0/16"
  }
}

resource "openstack_networking_floatingip_v2" "partner" {
  pool        = data.openstack_networking_network_v2.outside.name
  description = "the partner's"
}

resource "openstack_networking_floatingip_associate_v2" "partner" {
  floating_ip = openstack_networking_floatingip_v2.partner.address
  port_id     = openstack_networking_port_v2.virtual.id
}

resource "openstack_networking_router_route_v2" "partner" {
  router_id        = data.openstack_networking_router_v2.public.id
  destination_cidr = "10.99.0.0/16"
  next_hop         = data.openstack_networking_port_v2.proxy.all_fixed_ips[0]
}

resource "openstack_networking_subnet_route_v2" "partner" {
  subnet_id        = data.openstack_networking_subnet_v2.app.id
  destination_cidr = "10.98.0.0/16"
  next_hop         = data.openstack_networking_port_v2.proxy.all_fixed_ips[0]
}

output "proxy" {
  value = data.openstack_compute_instance_v2.proxy.name
}
