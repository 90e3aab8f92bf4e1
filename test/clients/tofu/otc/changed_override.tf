# A change of what runs: another name for a server and one more security group for it.
resource "opentelekomcloud_ecs_instance_v1" "app" {
  name = "ecs-app-new"
  security_groups = [
    opentelekomcloud_networking_secgroup_v2.demo.id,
    opentelekomcloud_networking_secgroup_v2.ssh.id,
  ]
}
