/** The forms in which the services write an instant (given in ISO form), all of them UTC. */
export const timeForms = {
  /** 2026-01-01T00:00:00: VPC v1 and Neutron on OTC. */
  plain: (iso: string): string => iso.slice(0, 19),
  /** 2026-01-01 00:00:00: EIPs. */
  spaced: (iso: string): string => iso.slice(0, 19).replace("T", " "),
  /** 2026-01-01T00:00:00Z: ECS, Nova. */
  zulu: (iso: string): string => `${iso.slice(0, 19)}Z`,
  /** 2026-01-01T00:00:00.000000Z: Keystone. */
  micro: (iso: string): string => `${iso.slice(0, 23)}000Z`,
} as const;
