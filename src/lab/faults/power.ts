import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/** The machine is gone from one moment to the next, as with a dead host: no process ends in order, no packet says good-bye. */
export const power: Fault = {
  name: "power",
  usage: "power SERVER",
  summary: "cuts the server's power; mending boots it again",
  async break(words, lab) {
    const [name = ""] = wordsOf(power, words, {}, { min: 1, max: 1 }).positionals;
    const { id } = serverNamed(lab.state, name);
    await lab.setPower(id, false);
    return {
      effect: `${name} has no power`,
      mend: () => lab.setPower(id, true),
      isOver: () => !lab.state.servers.has(id),
    };
  },
};
