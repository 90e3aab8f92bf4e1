import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/** The NIC sees no carrier and no packet, as with a dead host or a pulled plug. */
export const cable: Fault = {
  name: "cable",
  usage: "cable SERVER",
  summary: "pulls the cable out of the server",
  async break(words, lab) {
    const [name = ""] = wordsOf(cable, words, {}, { min: 1, max: 1 }).positionals;
    const { id } = serverNamed(lab.state, name);
    await lab.setCable(id, false);
    return {
      effect: `${name}'s cable is out`,
      mend: () => lab.setCable(id, true),
      isOver: () => !lab.state.servers.has(id),
    };
  },
};
