/** Where setup/clients.mjs has put the clients, and the lab as these want it described. */
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "wayout", "clients");

export const clients = {
  openstack: join(cache, "python", "bin", "openstack"),
  python: join(cache, "python", "bin", "python"),
  tofu: join(cache, "tofu", "tofu"),
  provider: join(cache, "provider", "terraform-provider-opentelekomcloud"),
} as const;
