/** Where setup/clients.mjs has put the clients. */
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wayout", "clients");

export const clients = {
  openstack: join(cache, "python", "bin", "openstack"),
  python: join(cache, "python", "bin", "python"),
  tofu: join(cache, "tofu", "tofu"),
  otcProvider: join(cache, "otc-provider", "terraform-provider-opentelekomcloud"),
  openstackProvider: join(cache, "openstack-provider", "terraform-provider-openstack"),
} as const;
