import type { Bench } from "./bench.ts";
export const firstPacket: Bench = {
  name: "first-packet",
  title: "x",
  measure: async () => ({ about: [], columns: [], rows: [], figures: [] }),
};
