// OTC's Terraform provider, built from its Go module by setup/clients.mjs.
module wayout.invalid/clients

go 1.21

require github.com/opentelekomcloud/terraform-provider-opentelekomcloud v1.36.24-0.20241024122140-88f1cf1e0a9d
