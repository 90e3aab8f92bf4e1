import { updatePort } from "../api/operations/index.ts";
import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/** Somebody ticks the box in the console again: the NIC may use no address but its own. */
export const check: Fault = {
  name: "check",
  usage: "check SERVER",
  summary: "switches the source/destination check on again behind everybody's back",
  async break(words, lab) {
    const [name = ""] = wordsOf(check, words, {}, { min: 1, max: 1 }).positionals;
    const server = serverNamed(lab.state, name);
    const before = lab.state.ports.ofServer(server.id);
    await lab.change(() => {
      for (const port of before) updatePort(lab.state, port.id, { addressPairs: [], portSecurity: true });
    });
    return {
      effect: `the source/destination check of ${name} is on`,
      mend: () =>
        lab.change(() => {
          for (const { id, addressPairs, portSecurity } of before) {
            // What others opened since is theirs.
            if (lab.state.ports.get(id)?.addressPairs.length === 0) {
              updatePort(lab.state, id, { addressPairs, portSecurity });
            }
          }
        }),
      isOver: () => !lab.state.servers.has(server.id),
    };
  },
};
