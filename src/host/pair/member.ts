/** One host of a pair, as its files are made from it. */
export interface Member {
  readonly gateway: string;
  /** Device of the NIC that both virtual IPs are on. */
  readonly device: string;
  readonly address: string;
  readonly peer: string;
  readonly inner: string;
  readonly outer: string;
  /** This host reaches the Internet by an EIP of its own; else by the pair's, as long as it is active. */
  readonly ownEip: boolean;
  /** Hosts of the Internet by which the standby sees whether the active one forwards. */
  readonly targets: readonly string[];
}
