/** What the lab and the tests are made of. Nothing of it is started by Wayout on the machine itself. */
export const debianPackages = [
  "conntrack",
  "debian-archive-keyring",
  "debootstrap",
  "dnsmasq-base",
  "iproute2",
  "iptables",
  "iputils-ping",
  "netcat-openbsd",
  "nftables",
  "openssh-client",
  "openssh-server",
  "openssl",
  "procps",
  "python3-openstacksdk",
  "systemd-container",
  "util-linux",
];
