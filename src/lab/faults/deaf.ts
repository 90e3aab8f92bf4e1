import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/** One way only: SERVER hears nothing that FROM says, and FROM hears SERVER. What FROM forwards for others still comes. */
export const deaf: Fault = {
  name: "deaf",
  usage: "deaf SERVER FROM",
  summary: "the server hears nothing of another one, which still hears it",
  async break(words, lab) {
    const [name = "", other = ""] = wordsOf(deaf, words, {}, { min: 2, max: 2 }).positionals;
    const { id } = serverNamed(lab.state, name);
    const from = serverNamed(lab.state, other);
    const addresses = [...lab.state.ports.values()]
      .filter((port) => port.serverId === from.id)
      .map((port) => port.ip);
    const table = `lab_fault_deaf_${from.id.slice(0, 8)}`;
    await lab.run(
      id,
      `nft -f - <<'END'
table inet ${table} {
  chain prerouting {
    type filter hook prerouting priority -400; policy accept;
    ip saddr { ${addresses.join(", ")} } drop
  }
}
END`,
    );
    return {
      effect: `${name} hears nothing of ${other}`,
      mend: async () =>
        void (await lab.run(
          id,
          `if nft list table inet ${table} >/dev/null 2>&1; then nft delete table inet ${table}; fi`,
        )),
      isOver: () => !lab.state.servers.has(id),
    };
  },
};
