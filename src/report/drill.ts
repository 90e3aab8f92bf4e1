/** What a drill found. Stable as JSON: fields are only ever added. null: it could not be measured. */

export const faultNames = ["cable", "kill", "reboot", "stop", "switch"] as const;
export type FaultName = (typeof faultNames)[number];

/** What will be done, for whoever is asked first. */
export interface DrillPlan {
  readonly gateway: string;
  readonly fault: FaultName;
  readonly active: string;
  readonly standby: string;
  readonly client: string;
  /** What is done to the active proxy, and how it ends by itself. */
  readonly does: string;
  /** What others could notice. */
  readonly notice: string;
  /** What runs on the client meanwhile. */
  readonly load: readonly string[];
  readonly couldNotMeasure: readonly string[];
}

export interface PacketCount {
  readonly sent: number;
  readonly lost: number;
  readonly intervalMs: number;
  /** The longest that a packet's way was closed, or that one answer took. */
  readonly worstGapMs: number | null;
  /** Packets that were lost in it. 0: it is the time that an answer took. */
  readonly worstGapLost: number | null;
}

export interface DrillReport {
  readonly gateway: string;
  readonly fault: FaultName;
  readonly client: string;
  readonly startedAt: string;
  /** The other proxy took over, the pair is whole again, and nothing that was open is lost. */
  readonly ok: boolean;
  readonly active: { readonly before: string; readonly after: string | null };
  /** The other proxy was seen to be active. */
  readonly takenOver: boolean;
  readonly connections: {
    readonly opened: number | null;
    readonly kept: number | null;
    /** Of those that were lost: how they ended. `hanging` is the bad way: nobody tells the client. */
    readonly reset: number | null;
    readonly closed: number | null;
    readonly hanging: number | null;
    /** The first of them: when the client noticed, in milliseconds since the fault. */
    readonly lostAtMs: readonly number[];
  };
  /** Those that went on when the fault was made; `failed` says what became of one that did not finish. */
  readonly downloads: {
    readonly started: number | null;
    readonly finished: number | null;
    readonly failed: string;
  };
  /** Of UDP and ICMP together. */
  readonly worstGapMs: number | null;
  /** The same before the fault: what this network and these machines do anyway. */
  readonly gapBeforeMs: number | null;
  /** From the fault to the election of the other proxy. */
  readonly detectMs: number | null;
  /** From the election until it forwards, has the addresses and has announced them. */
  readonly promoteMs: number | null;
  /** From the fault until packets pass again; where none was lost by the promotion, to the first answer after it. */
  readonly firstPacketMs: number | null;
  /** From the fault until the pair could lose a proxy again. */
  readonly wholeMs: number | null;
  /** How far the clocks of the machines may be apart: so far may detectMs and firstPacketMs be wrong. */
  readonly clockErrorMs: number | null;
  readonly udp: PacketCount | null;
  readonly icmp: PacketCount | null;
  /** As a host outside sees the client. */
  readonly publicIp: { readonly before: string | null; readonly after: string | null };
  readonly whole: boolean;
  /** Why it is not; empty when it is. */
  readonly notWhole: string;
  /** What was not measured, and why. */
  readonly couldNotMeasure: readonly string[];
}

/** For the plot: each answer and how long its packet's way was closed before; milliseconds since the fault. */
export interface GapPoint {
  readonly atMs: number;
  readonly gapMs: number;
  readonly lost: number;
}

/** What happened when; milliseconds since the fault. */
export interface DrillMoment {
  readonly atMs: number;
  readonly what: string;
}

export interface DrillPicture {
  readonly packets: "UDP" | "ICMP" | "UDP and ICMP";
  readonly gaps: readonly GapPoint[];
  readonly moments: readonly DrillMoment[];
}
