/** One host of a pair, as its files are made from it. */
export interface Member {
  readonly gateway: string;
  /** Device of the NIC that clients' packets come to: it has the inner virtual IP. */
  readonly device: string;
  /** Device of the NIC that they leave by: it has the outer one. The same, unless the host stands between two networks. */
  readonly outsideDevice: string;
  readonly address: string;
  readonly peer: string;
  /** Of the other proxy's NIC; absent in what an older Wayout wrote down. */
  readonly peerMac?: string;
  /** Of the NICs that packets leave by, where these are others. */
  readonly outside?: { readonly address: string; readonly peer: string; readonly peerMac?: string };
  readonly inner: string;
  readonly outer: string;
  /** This host reaches the Internet by an EIP of its own; else by the pair's, as long as it is active. */
  readonly ownEip: boolean;
  /** Hosts of the Internet by which the standby sees whether the active one forwards. */
  readonly targets: readonly string[];
}
