import { type Fault, serverNamed, wordsOf } from "./fault.ts";

/**
 * Ends the SSH daemon, not the sessions that it has: new logins are refused.
 * systemd would start it again, so it is told; elsewhere nobody does.
 */
const stop = `
if [ -d /run/systemd/system ]; then systemctl stop ssh.socket ssh.service 2>/dev/null || systemctl stop ssh.service
elif [ -s /run/sshd.pid ] && [ "$(cat /run/sshd.pid)" != 1 ]; then kill "$(cat /run/sshd.pid)"
else
  # A light server's sshd is its first process: it stays, and its listening socket is taken from the network.
  iptables -w -t raw -I PREROUTING -p tcp --dport 22 --syn -j DROP
fi`;

const start = `
if [ -d /run/systemd/system ]; then systemctl start ssh.service
elif iptables -w -t raw -D PREROUTING -p tcp --dport 22 --syn -j DROP 2>/dev/null; then :
else /usr/sbin/sshd
fi`;

export const sshd: Fault = {
  name: "sshd",
  usage: "sshd SERVER",
  summary: "ends the server's SSH daemon; open sessions stay",
  async break(words, lab) {
    const [name = ""] = wordsOf(sshd, words, {}, { min: 1, max: 1 }).positionals;
    const { id } = serverNamed(lab.state, name);
    await lab.run(id, stop);
    return { effect: `${name} takes no new SSH logins`, mend: async () => void (await lab.run(id, start)) };
  },
};
