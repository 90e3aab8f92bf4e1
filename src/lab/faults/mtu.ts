import { type Fault, usageProblem, wordsOf } from "./fault.ts";

/** Below 576 bytes nothing may be refused (RFC 791); above 1500 nothing is, in this lab. */
const smallest = 576;
const largest = 1500;

/** A link on the way to the Internet takes smaller packets only: a tunnel, a carrier's PPPoE. */
export const mtu: Fault = {
  name: "mtu",
  usage: "mtu BYTES [--blackhole]",
  summary: "limits packets on the way to the Internet; with --blackhole nobody says so",
  single: true,
  async break(words, lab) {
    const { positionals, values } = wordsOf(
      mtu,
      words,
      { blackhole: { type: "boolean" } },
      { min: 1, max: 1 },
    );
    const bytes = Number(positionals[0]);
    if (!Number.isInteger(bytes) || bytes < smallest || bytes > largest) {
      throw usageProblem(mtu, `${positionals[0]} is not a size from ${smallest} to ${largest}`);
    }
    await lab.setPathMtu({ bytes, style: values.blackhole ? "blackhole" : "icmp" });
    return {
      effect: `packets above ${bytes} bytes do not pass between VPCs and the Internet${values.blackhole ? ", silently" : ""}`,
      mend: () => lab.setPathMtu(null),
    };
  },
};
