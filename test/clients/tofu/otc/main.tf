# The manual's topology as OTC's Terraform provider makes it. otc.test.ts applies it in a lab, lets Wayout serve it,
# and destroys it. Who signs in comes from OS_CLOUD and clouds.yaml.
terraform {
  required_providers {
    opentelekomcloud = {
      source  = "opentelekomcloud/opentelekomcloud"
      version = ">= 1.36.23"
    }
  }
}

provider "opentelekomcloud" {}

variable "key_name" {
  description = "The key pair that may log in to the servers."
}

locals {
  zone   = "eu-de-01"
  debian = "5f0d1e5a-0000-4000-8000-00000000deb1"
}

resource "opentelekomcloud_vpc_v1" "demo" {
  name        = "vpc-tofu"
  cidr        = "192.168.0.0/16"
  description = "made by tofu"
}

resource "opentelekomcloud_vpc_subnet_v1" "subnet" {
  for_each = {
    subnet-app   = "192.168.125"
    subnet-proxy = "192.168.126"
  }
  vpc_id     = opentelekomcloud_vpc_v1.demo.id
  name       = each.key
  cidr       = "${each.value}.0/24"
  gateway_ip = "${each.value}.1"
}

# A new group lets its members reach each other, and everything outside.
resource "opentelekomcloud_networking_secgroup_v2" "demo" {
  name        = "sg-tofu"
  description = "members reach each other"
}

resource "opentelekomcloud_networking_secgroup_v2" "ssh" {
  name = "sg-tofu-ssh"
}

# Servers without an EIP are logged in to from inside, those of the second group from everywhere.
resource "opentelekomcloud_networking_secgroup_rule_v2" "ssh" {
  for_each = {
    inside = {
      group = opentelekomcloud_networking_secgroup_v2.demo.id
      from  = opentelekomcloud_vpc_v1.demo.cidr
    }
    everywhere = {
      group = opentelekomcloud_networking_secgroup_v2.ssh.id
      from  = "0.0.0.0/0"
    }
  }
  security_group_id = each.value.group
  direction         = "ingress"
  ethertype         = "IPv4"
  protocol          = "tcp"
  port_range_min    = 22
  port_range_max    = 22
  remote_ip_prefix  = each.value.from
}

# s3.medium.1 is a machine with an init system in the lab, s3.light.1 is a light server.
resource "opentelekomcloud_ecs_instance_v1" "proxy" {
  name              = "ecs-proxy"
  image_id          = local.debian
  flavor            = "s3.medium.1"
  vpc_id            = opentelekomcloud_vpc_v1.demo.id
  availability_zone = local.zone
  system_disk_type  = "SSD"
  key_name          = var.key_name
  security_groups = [
    opentelekomcloud_networking_secgroup_v2.demo.id,
    opentelekomcloud_networking_secgroup_v2.ssh.id,
  ]
  nics {
    network_id = opentelekomcloud_vpc_subnet_v1.subnet["subnet-proxy"].id
    ip_address = "192.168.126.4"
  }
}

resource "opentelekomcloud_ecs_instance_v1" "app" {
  name              = "ecs-app-1"
  image_id          = local.debian
  flavor            = "s3.light.1"
  vpc_id            = opentelekomcloud_vpc_v1.demo.id
  availability_zone = local.zone
  system_disk_type  = "SSD"
  key_name          = var.key_name
  security_groups   = [opentelekomcloud_networking_secgroup_v2.demo.id]
  nics {
    network_id = opentelekomcloud_vpc_subnet_v1.subnet["subnet-app"].id
  }
}

resource "opentelekomcloud_vpc_eip_v1" "proxy" {
  publicip {
    type    = "5_bgp"
    port_id = opentelekomcloud_ecs_instance_v1.proxy.nics[0].port_id
  }
  bandwidth {
    name        = "bw-proxy"
    size        = 10
    share_type  = "PER"
    charge_mode = "traffic"
  }
}

resource "opentelekomcloud_vpc_route_table_v1" "app" {
  vpc_id  = opentelekomcloud_vpc_v1.demo.id
  name    = "rtb-app"
  subnets = [opentelekomcloud_vpc_subnet_v1.subnet["subnet-app"].id]
  route {
    destination = "10.99.0.0/16"
    type        = "ecs"
    nexthop     = opentelekomcloud_ecs_instance_v1.proxy.id
    description = "a partner's network"
  }
}

output "eip" {
  value = opentelekomcloud_vpc_eip_v1.proxy.publicip[0].ip_address
}
