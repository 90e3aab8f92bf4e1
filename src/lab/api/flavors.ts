import type { LabImageName, LabServerKind } from "../state.ts";

/** A server's kind is its size: the light one has no init system of its own. */
export const flavors = [
  { id: "s3.medium.1", vcpus: 1, ram: 1024, kind: "machine" },
  { id: "s3.light.1", vcpus: 1, ram: 128, kind: "light" },
] as const satisfies readonly { id: string; vcpus: number; ram: number; kind: LabServerKind }[];

export const images = [
  { id: "5f0d1e5a-0000-4000-8000-00000000deb1", name: "Standard_Debian_12", image: "debian" },
  { id: "5f0d1e5a-0000-4000-8000-0000000005ec", name: "Standard_CentOS_6_like", image: "sysv" },
] as const satisfies readonly { id: string; name: string; image: LabImageName }[];

export function flavorOf(kind: LabServerKind) {
  return flavors.find((flavor) => flavor.kind === kind) ?? flavors[0];
}

export function imageOf(name: LabImageName) {
  return images.find((image) => image.image === name) ?? images[0];
}
