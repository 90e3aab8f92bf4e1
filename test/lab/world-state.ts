/** The whole state that Wayout could change, as text, so that "as before" is an equality. */

import type { Cloud } from "../../src/cloud/cloud.ts";
import { loadCloud, systemSources } from "../../src/cloud/config/load-cloud.ts";
import { openCloud } from "../../src/cloud/open-cloud.ts";
import { commandInside } from "../../src/lab/client/actions.ts";
import { openLab } from "../../src/lab/client/labs.ts";
import { run } from "./wayout-command.ts";

export async function labCloud(lab: string): Promise<Cloud> {
  const { cloudsFile } = await openLab(lab);
  return openCloud(loadCloud("lab", { ...systemSources(), env: { OS_CLIENT_CONFIG_FILE: cloudsFile } }));
}

/** Every object of the lab's cloud that Wayout could touch. */
export async function cloudState(lab: string): Promise<unknown> {
  const cloud = await labCloud(lab);
  const [vpcs, subnets, servers, nics, routeTables, publicIps, securityGroups] = await Promise.all([
    cloud.vpcs(),
    cloud.subnets(),
    cloud.servers(),
    cloud.nics(),
    cloud.routeTables(),
    cloud.publicIps(),
    cloud.securityGroups(),
  ]);
  // Sets, which the cloud gives in the order in which they came: a table's subnets, and who is in which groups.
  const tables = routeTables.map((table) => ({ ...table, subnetIds: [...table.subnetIds].sort() }));
  return {
    vpcs,
    subnets,
    servers: servers.map(withGroupsInOrder),
    nics: nics.map(withGroupsInOrder),
    routeTables: tables,
    publicIps,
    securityGroups,
  };
}

function withGroupsInOrder<Member extends { readonly securityGroupIds: readonly string[] }>(member: Member) {
  return { ...member, securityGroupIds: [...member.securityGroupIds].sort() };
}

/** Sysctls, kernel rules, files, links, folders and units of a machine. */
export const hostScript = `
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
echo "# sysctls"; sysctl -a 2>/dev/null | grep -E '^net\\.(ipv4\\.(ip_forward|conf\\..*\\.(send_redirects|rp_filter|accept_redirects|forwarding))|netfilter\\.nf_conntrack_(max|tcp_timeout.*|buckets)) ' | sort
echo "# rules"
command -v nft >/dev/null && nft -s list ruleset
for save in iptables-save iptables-legacy-save iptables-nft-save; do
  # A table that somebody only looked at is there and empty; that changes nothing.
  command -v $save >/dev/null && $save 2>/dev/null | sed -E 's/ ?\\[[0-9]+:[0-9]+\\]//' |
    grep -vE '^(#|\\*|COMMIT|:(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) ACCEPT)'
done
echo "# files"
kept() { find /etc /usr/local /root /opt /var/spool /var/lib/systemd -xdev \\
  ! -path '*/lib/systemd/random-seed' ! -path '/var/lib/systemd/timers/*' ! -path '/var/lib/systemd/timesync/*' \\
  ! -name '.bash_history' "$@" 2>/dev/null; }
kept -printf '%p %y %m %U %G %l\\n' | sort
kept -type f -exec sha256sum {} + | sort -k 2
echo "# ways"; ip -4 rule
echo "# units"; command -v systemctl >/dev/null && systemctl list-unit-files --no-pager --no-legend | sort
echo "# run"; ls -A /run/wayout 2>/dev/null
ls -A /tmp | grep -v -E '^(systemd-private|\\.X|\\.ICE|\\.font|\\.XIM|\\.Test)' 
`;

export async function hostState(lab: string, server: string): Promise<string> {
  const [program = "", ...args] = await commandInside(lab, server, ["sh", "-c", hostScript]);
  const { stdout } = await run(program, ...args);
  return stdout;
}
