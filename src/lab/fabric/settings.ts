/** Kernel settings of the fabric's own namespaces, before their first device: new devices take the defaults over. */

const settings: Readonly<Record<string, string>> = {
  // First, because it resets others.
  "ipv4/ip_forward": "1",
  "ipv4/conf/all/rp_filter": "0",
  "ipv4/conf/default/rp_filter": "0",
  // A cloud's router never tells a server to send elsewhere.
  "ipv4/conf/all/send_redirects": "0",
  "ipv4/conf/default/send_redirects": "0",
  "ipv4/conf/all/accept_redirects": "0",
  "ipv4/conf/default/accept_redirects": "0",
  // A virtual IP that is announced for the first time is learned at once.
  "ipv4/conf/all/arp_accept": "1",
  "ipv4/conf/default/arp_accept": "1",
  // Every address answers ping, as often as asked.
  "ipv4/icmp_ratelimit": "0",
  "ipv4/icmp_msgs_per_sec": "100000",
  "ipv6/conf/all/disable_ipv6": "1",
  "ipv6/conf/default/disable_ipv6": "1",
  // Bridged frames belong to the bridge's own filter, not to IP's.
  "bridge/bridge-nf-call-iptables": "0",
  "bridge/bridge-nf-call-ip6tables": "0",
  "bridge/bridge-nf-call-arptables": "0",
  // An EIP is a plain one to one translation: it must not judge TCP's windows.
  "netfilter/nf_conntrack_tcp_be_liberal": "1",
};

/** A gateway answers ARP on its own subnet only. */
const gatewaySettings: Readonly<Record<string, string>> = {
  "ipv4/conf/all/arp_ignore": "1",
  "ipv4/conf/default/arp_ignore": "1",
  "ipv4/conf/all/arp_announce": "2",
  "ipv4/conf/default/arp_announce": "2",
};

/** Shell commands; a setting that this kernel has not is passed over. */
export function kernelSettings(role: "internet" | "edge" | "router"): string[] {
  return Object.entries(role === "router" ? { ...settings, ...gatewaySettings } : settings).map(
    ([name, value]) => `test ! -w /proc/sys/net/${name} || echo ${value} >/proc/sys/net/${name}`,
  );
}
