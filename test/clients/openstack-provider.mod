// OpenStack's Terraform provider, built from its Go module by setup/clients.mjs.
module wayout.invalid/clients

go 1.24

require github.com/terraform-provider-openstack/terraform-provider-openstack/v3 v3.4.0
