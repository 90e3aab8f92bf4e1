/** Configuration of conntrackd: what one proxy knows of connections, the other one knows too. conntrackd.conf(5). Pure. */
import type { Member } from "./member.ts";
import { syncState } from "./paths.ts";

/** UDP, from proxy to proxy. */
export const syncPort = 3780;

/**
 * FTFW: messages are acknowledged and sent again, so nothing is lost with a packet. Own connections of the two hosts stay
 * out: they end with their host.
 */
export function conntrackdConf({ device, address, peer, outside }: Member): string {
  const own = ["127.0.0.0/8", address, peer, ...(outside ? [outside.address, outside.peer] : [])];
  const ignored = own.map((one) => `\t\t\tIPv4_address ${one}`);
  return `# Wayout: tells the other proxy of the pair about open connections. Run by wayout-sync.service.
Sync {
	Mode FTFW {
		ResendQueueSize 131072
		ACKWindowSize 300
		StartupResync on
	}
	UDP {
		IPv4_address ${address}
		IPv4_Destination_Address ${peer}
		Port ${syncPort}
		Interface ${device}
		SndSocketBuffer 4194304
		RcvSocketBuffer 4194304
		Checksum on
	}
}
General {
	HashSize 65536
	HashLimit 524288
	LogFile off
	Syslog on
	LockFile ${syncState}/conntrackd.lock
	UNIX {
		Path ${syncState}/conntrackd.ctl
	}
	NetlinkBufferSize 4194304
	NetlinkBufferSizeMaxGrowth 33554432
	NetlinkOverrunResync on
	Systemd on
	Filter From Userspace {
		Protocol Accept {
			TCP
			UDP
			ICMP
		}
		Address Ignore {
${ignored.join("\n")}
		}
	}
}
`;
}
