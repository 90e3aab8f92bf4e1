/**
 * What others publish about a failover; none of it was measured here. "derived": computed from their configuration. A
 * figure from a thread is its author's.
 */

export interface FieldFigure {
  readonly who: string;
  /** From and to; null where nobody tells. */
  readonly seconds: readonly [from: number, to: number] | null;
  readonly connections: string;
  readonly source: string;
}

/** alterNAT's probes: every 5 s, twice a timeout of 5 s, before it calls the API. */
export const alternatDetection: readonly [from: number, to: number] = [10, 15];

export const fieldFigures: readonly FieldFigure[] = [
  {
    who: "a person after the OTC manual, one proxy",
    seconds: null,
    connections: "lost",
    source: "ECS manual: single host, no failover",
  },
  {
    who: "a person starts a prepared job (Frappe)",
    seconds: null,
    connections: "lost",
    source: "frappe/press: an operator's job",
  },
  {
    who: "fck-nat, the instance is replaced",
    seconds: [50, 100],
    connections: "lost",
    source: "measured, AndrewGuenther/fck-nat#80; its documentation: about 5 min",
  },
  {
    who: "kube-hetzner, keepalived, an address for each node",
    seconds: [15, 20],
    connections: "lost",
    source: "mysticaltech/terraform-hcloud-kube-hetzner#2051",
  },
  {
    who: "alterNAT, route to a managed gateway",
    seconds: alternatDetection,
    connections: "lost, half-open",
    source: "derived; the API call comes on top",
  },
  {
    who: "Neutron HA, keepalived",
    seconds: [6.8, 6.8],
    connections: "lost, unless conntrackd is on",
    source: "derived, advert 2 s, VRRPv2",
  },
  {
    who: "keepalived, EIP moved by API",
    seconds: [5, 6],
    connections: "lost",
    source: "the guide of nginx",
  },
  {
    who: "keepalived with its defaults",
    seconds: [3.6, 3.6],
    connections: "lost without a sync of its own",
    source: "derived, advert 1 s",
  },
  {
    who: "managed NAT gateways (OTC, AWS)",
    seconds: null,
    connections: "not told",
    source: "their documentation has no figure",
  },
];
