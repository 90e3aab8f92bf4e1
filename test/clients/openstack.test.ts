/** The newest openstack client, with OTC's extensions, against the lab's API. */
import { openstackCases } from "../lab/openstack-cases.ts";
import { clients } from "./places.ts";

openstackCases("clients-openstack", clients.openstack);
