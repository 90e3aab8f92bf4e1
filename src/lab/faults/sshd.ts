import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/**
 * Ends the SSH daemon, not the sessions that it has: new logins are refused. A light server's sshd is its first
 * process and has to stay; new connections to it are reset instead, which looks the same from outside.
 */
const stop = `
if [ -d /run/systemd/system ]; then systemctl stop ssh.service
elif [ "$(cat /run/sshd.pid 2>/dev/null || echo 1)" != 1 ]; then kill "$(cat /run/sshd.pid)"
else nft -f - <<'END'
table inet lab_fault_sshd {
  chain input {
    type filter hook input priority raw; policy accept;
    tcp dport 22 tcp flags & (syn | ack) == syn reject with tcp reset
  }
}
END
fi`;

const start = `
if [ -d /run/systemd/system ]; then systemctl start ssh.service
elif [ "$(cat /proc/1/comm)" = sshd ]; then
  if nft list table inet lab_fault_sshd >/dev/null 2>&1; then nft delete table inet lab_fault_sshd; fi
elif ! kill -0 "$(cat /run/sshd.pid 2>/dev/null)" 2>/dev/null; then /usr/sbin/sshd
fi`;

export const sshd: Fault = {
  name: "sshd",
  usage: "sshd SERVER",
  summary: "ends the server's SSH daemon; open sessions stay",
  async break(words, lab) {
    const [name = ""] = wordsOf(sshd, words, {}, { min: 1, max: 1 }).positionals;
    const { id } = serverNamed(lab.state, name);
    await lab.run(id, stop);
    return {
      effect: `${name} takes no new SSH logins`,
      mend: async () => void (await lab.run(id, start)),
      isOver: () => !lab.state.servers.has(id),
    };
  },
};
