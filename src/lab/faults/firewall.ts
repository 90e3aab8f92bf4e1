import { type Fault, serverNamed, usageProblem, wordsOf } from "./fault.ts";

/**
 * What each firewall leaves in the kernel as far as forwarded packets are concerned. The names of chains and tables
 * are theirs, so that who looks for them finds them.
 * - ufw: policy DROP and its chains, as `ufw enable` makes them (DEFAULT_FORWARD_POLICY="DROP" in /etc/default/ufw).
 * - docker: policy DROP with DOCKER-USER and its bridge, as dockerd makes them.
 * - firewalld: an nft table of its own, whose forward chain ends in a reject.
 */
const firewalls: Readonly<Record<string, { readonly set: string; readonly unset: string }>> = {
  ufw: {
    set: `
iptables -w -N ufw-before-forward && iptables -w -N ufw-user-forward && iptables -w -N ufw-reject-forward
iptables -w -A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -w -A ufw-before-forward -j ufw-user-forward
iptables -w -A FORWARD -j ufw-before-forward
iptables -w -A FORWARD -j ufw-reject-forward`,
    unset: `
for chain in ufw-before-forward ufw-reject-forward; do iptables -w -D FORWARD -j $chain; done
for chain in ufw-before-forward ufw-user-forward ufw-reject-forward; do iptables -w -F $chain; done
for chain in ufw-before-forward ufw-user-forward ufw-reject-forward; do iptables -w -X $chain; done`,
  },
  docker: {
    set: `
iptables -w -N DOCKER && iptables -w -N DOCKER-USER && iptables -w -N DOCKER-ISOLATION-STAGE-1
iptables -w -A DOCKER-USER -j RETURN && iptables -w -A DOCKER-ISOLATION-STAGE-1 -j RETURN
iptables -w -A FORWARD -j DOCKER-USER
iptables -w -A FORWARD -j DOCKER-ISOLATION-STAGE-1
iptables -w -A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -w -A FORWARD -i docker0 ! -o docker0 -j ACCEPT`,
    unset: `
iptables -w -D FORWARD -j DOCKER-USER; iptables -w -D FORWARD -j DOCKER-ISOLATION-STAGE-1
iptables -w -D FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
iptables -w -D FORWARD -i docker0 ! -o docker0 -j ACCEPT
for chain in DOCKER DOCKER-USER DOCKER-ISOLATION-STAGE-1; do iptables -w -F $chain; iptables -w -X $chain; done`,
  },
};

/** Prints the policy of the forward chain, and whether the kernel had the table at all before anybody looked. */
const look = `
if command -v nft >/dev/null && ! nft list table ip filter >/dev/null 2>&1; then echo fresh; else echo there; fi
iptables -w -S FORWARD | sed -n 's/^-P FORWARD //p'`;

/** A reboot may have taken the rules away already. A table that was not there goes, if nobody has used it since. */
const tidy = `
if iptables -w -S | grep -qE '^-N (ufw-|DOCKER)'; then echo 'rules are left:' >&2; iptables -w -S >&2; exit 1; fi`;
const dropTable = `
if ! iptables -w -S | grep -qvE '^-P [A-Z]+ ACCEPT$'; then nft delete table ip filter 2>/dev/null || :; fi`;

const firewalldTable = `
table inet firewalld {
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    reject with icmpx admin-prohibited
  }
}`;

export const firewall: Fault = {
  name: "firewall",
  usage: "firewall SERVER ufw|firewalld|docker",
  summary: "leaves the forward path of the server as this firewall does: closed",
  async break(words, lab) {
    const [name = "", kind = ""] = wordsOf(firewall, words, {}, { min: 2, max: 2 }).positionals;
    const { id, image } = serverNamed(lab.state, name);
    const effect = `${name} drops what it should forward, as ${kind} has it`;
    const isOver = (): boolean => !lab.state.servers.has(id);
    if (kind === "firewalld") {
      if (image === "sysv")
        throw usageProblem(firewall, `${name} has no nft, so no firewalld with its nft backend`);
      await lab.run(id, `nft -f - <<'END'\n${firewalldTable}\nEND`);
      const unset =
        "if nft list table inet firewalld >/dev/null 2>&1; then nft delete table inet firewalld; fi";
      return { effect, mend: async () => void (await lab.run(id, unset)), isOver };
    }
    const rules = firewalls[kind];
    if (!rules) throw usageProblem(firewall, `no firewall ${kind}: ufw, firewalld or docker`);
    const [table = "", policy = "ACCEPT"] = (await lab.run(id, look)).trim().split("\n");
    await lab.run(id, `set -e\n${rules.set}\niptables -w -P FORWARD DROP`);
    const unset = [
      `exec 3>&2 2>/dev/null\niptables -w -P FORWARD ${policy}\n${rules.unset}\nexec 2>&3`,
      tidy,
      table === "fresh" ? dropTable : "",
    ].join("\n");
    return { effect, mend: async () => void (await lab.run(id, unset)), isOver };
  },
};
