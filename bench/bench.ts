/** A benchmark: something that can be measured again, and a table of what it gave. */

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Measured extends Table {
  /** What was measured, on what, and what not. */
  readonly about: readonly string[];
  /** Of the same run, each with a title. */
  readonly further?: readonly (Table & { readonly title: string })[];
  /** Every single figure, for whoever wants to calculate with them. */
  readonly figures: unknown;
}

export interface Bench {
  readonly name: string;
  /** One line for the list of benchmarks. */
  readonly title: string;
  /** Debian packages beyond those that the lab needs. */
  readonly packages?: readonly string[];
  readonly measure: (say: (text: string) => void) => Promise<Measured>;
}
