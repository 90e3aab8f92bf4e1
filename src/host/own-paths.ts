/** Everything Wayout ever leaves on a host, so that it can be read, recognised and taken away again. */

export const ownFolder = "/etc/wayout";
export const ownPaths = {
  /** The rules as nft or iptables-restore reads them. */
  nftRules: `${ownFolder}/rules.nft`,
  iptablesRules: `${ownFolder}/rules.iptables`,
  /** Sets kernel parameters and loads the rules; the boot unit runs it. */
  load: `${ownFolder}/load`,
  /** Switches forwarding on at boot where no sysctl.d is read. */
  forwarding: `${ownFolder}/forwarding`,
  sysctl: "/etc/sysctl.d/99-wayout.conf",
  systemdUnit: "/etc/systemd/system/wayout.service",
  initScript: "/etc/init.d/wayout",
  forwardingInitScript: "/etc/init.d/wayout-forwarding",
} as const;

/** Names of the boot entries, and the word that marks our line in rc.local. */
export const ownUnits = { rules: "wayout", forwarding: "wayout-forwarding" } as const;

/** The nftables table; the prefix of the iptables chains. */
export const ownTable = "wayout";
export const ownChainPrefix = "WAYOUT-";

/**
 * Shell: sets $state to the folder for what must not outlive a reboot. Old systems have /var/run only.
 * armed/ holds the old state of an unconfirmed change, loaded what the kernel printed right after our rules were loaded.
 */
export const stateFolder = "if [ -d /run ]; then state=/run/wayout; else state=/var/run/wayout; fi";

/**
 * Shell, after `stateFolder`: one script that changes this host at a time. The run before may have been killed, or its
 * connection lost, while the host goes on with what it was told. Old systems have no flock of util-linux: there the next
 * one does not wait.
 */
export const oneAtATime = `if flock --version >/dev/null 2>&1; then
  exec 9> "$state.lock"
  if ! flock -w 40 9; then
    echo "wayout: failed: waiting for a change of an earlier run, which still goes on after 40 s" >&2
    exit 1
  fi
fi`;
