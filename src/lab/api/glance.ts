import { reads } from "./endpoint.ts";
import { Failed } from "./errors/family.ts";
import { images } from "./flavors.ts";

/** As much of Glance v2 as clients ask for when they show the image of a server. */
export const glanceEndpoints = [
  reads("server", "/v2/images", () => ({
    status: 200,
    body: { images: images.map(describe), first: "/v2/images", schema: "/v2/schemas/images" },
  })),
  reads("server", "/v2/images/:id", (call) => {
    const image = images.find((each) => each.id === call.param("id"));
    if (!image) throw new Failed("missing", `No image found with ID ${call.param("id")}`);
    return { status: 200, body: describe(image) };
  }),
];

function describe(image: (typeof images)[number]) {
  return {
    id: image.id,
    name: image.name,
    status: "active",
    visibility: "public",
    protected: true,
    disk_format: "raw",
    container_format: "bare",
    min_disk: 0,
    min_ram: 0,
    size: 0,
    tags: [],
    created_at: "2025-01-01T00:00:00Z",
    updated_at: "2025-01-01T00:00:00Z",
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
  };
}
