// OTC's Terraform provider, built from its Go module by setup/clients.mjs.
module wayout.invalid/clients

go 1.21

require github.com/opentelekomcloud/terraform-provider-opentelekomcloud v1.36.4
