/** The units of a pair. systemd.service(5). Pure. */
import { pairPaths, pairState, pairUnits, syncState } from "./paths.ts";

/** A conntrackd that is stuck misses its watchdog, is ended and begins anew, with everything from the other one. */
export const syncUnit = `[Unit]
Description=Wayout: open connections, known to both proxies of a pair
After=wayout.service network.target
StartLimitIntervalSec=0

[Service]
Type=notify
RuntimeDirectory=${syncState.slice("/run/".length)}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=restart
ExecStartPre=/bin/rm -f ${syncState}/conntrackd.lock ${syncState}/conntrackd.ctl
ExecStartPre=/bin/sh ${pairPaths.guard} on
ExecStart=/usr/sbin/conntrackd -C ${pairPaths.conntrackd}
# The guard stays as long as the election runs.
ExecStopPost=/bin/sh -c 'systemctl -q is-active ${pairUnits.pair} || sh ${pairPaths.guard} off'
WatchdogSec=3
WatchdogSignal=SIGKILL
Restart=always
RestartSec=0.2

[Install]
WantedBy=multi-user.target
`;

export const pairUnit = `[Unit]
Description=Wayout: the role of this proxy in its pair
After=wayout-sync.service wayout.service network.target
Wants=wayout-sync.service
StartLimitIntervalSec=0

[Service]
RuntimeDirectory=${pairState.slice("/run/".length)}
RuntimeDirectoryMode=0700
RuntimeDirectoryPreserve=restart
# A promotion waits for nobody.
Nice=-10
ExecStartPre=/bin/sh ${pairPaths.guard} on
ExecStart=/bin/sh ${pairPaths.agent}
ExecReload=/bin/sh -c 'echo "INSTANCE wayout RELOAD 0" > ${pairState}/elected'
ExecStopPost=/bin/sh ${pairPaths.role} off
TimeoutStopSec=5
Restart=always
RestartSec=0.2

[Install]
WantedBy=multi-user.target
`;
