/** Debian's openstack client against the lab's API. */
import { openstackCases } from "./openstack-cases.ts";

openstackCases("test-openstack-cli");
