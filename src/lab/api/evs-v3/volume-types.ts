import type { LabProject } from "../../state.ts";
import { reads } from "../endpoint.ts";
import { stableId } from "../identity/catalog.ts";

/** EVS's "Querying EVS Disk Types"; all that clients need to check the `volumetype` of a new server's disk. */
export const volumeTypeEndpoints = [
  reads("server", "/v3/:project/types", (_call, { state }) => ({
    status: 200,
    body: { volume_types: ["SATA", "SAS", "SSD"].map((name) => describe(state.project, name)) },
  })),
];

function describe(project: LabProject, name: string) {
  return {
    id: stableId(project.id, "volume-type", name),
    name,
    description: "",
    is_public: true,
    qos_specs_id: null,
    extra_specs: {
      volume_backend_name: name,
      "RESKEY:availability_zones": `${project.region}-01`,
    },
  };
}
