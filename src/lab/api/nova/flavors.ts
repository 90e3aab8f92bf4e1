import { type Endpoint, reads } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { flavors } from "../flavors.ts";

export function flavorEndpoints(base: string): readonly Endpoint[] {
  return [
    reads("server", `${base}/flavors`, () => ({
      status: 200,
      body: { flavors: flavors.map(({ id }) => ({ id, name: id, links: [] })) },
    })),
    reads("server", `${base}/flavors/detail`, () => ({
      status: 200,
      body: { flavors: flavors.map(describe) },
    })),
    reads("server", `${base}/flavors/:id/os-extra_specs`, () => ({ status: 200, body: { extra_specs: {} } })),
    reads("server", `${base}/flavors/:id`, (call) => {
      const flavor = flavors.find((each) => each.id === call.param("id"));
      if (!flavor) throw new Failed("missing", `Flavor ${call.param("id")} could not be found.`);
      return { status: 200, body: { flavor: describe(flavor) } };
    }),
  ];
}

function describe(flavor: (typeof flavors)[number]) {
  return {
    id: flavor.id,
    name: flavor.id,
    vcpus: flavor.vcpus,
    ram: flavor.ram,
    disk: 0,
    swap: "",
    rxtx_factor: 1,
    "OS-FLV-EXT-DATA:ephemeral": 0,
    "OS-FLV-DISABLED:disabled": false,
    "os-flavor-access:is_public": true,
    links: [],
  };
}
