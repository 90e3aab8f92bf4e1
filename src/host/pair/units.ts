/** The units of a pair. systemd.service(5). Pure. */
import { pairPaths, pairState, syncState } from "./paths.ts";

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
ExecStart=/usr/sbin/conntrackd -C ${pairPaths.conntrackd}
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
ExecStart=/bin/sh ${pairPaths.agent}
ExecReload=/bin/sh -c 'echo "INSTANCE wayout RELOAD 0" > ${pairState}/elected'
ExecStopPost=/bin/sh ${pairPaths.role} off
TimeoutStopSec=5
Restart=always
RestartSec=0.2

[Install]
WantedBy=multi-user.target
`;
