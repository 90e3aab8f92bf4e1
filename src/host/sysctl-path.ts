/** Kernel parameters by name and by file. Of names like net.ipv4.conf.eth0.100.forwarding, the device has dots of its own. */

const ofDevice = "net.ipv4.conf.";

export function sysctlPath(name: string): string {
  if (!name.startsWith(ofDevice)) return `/proc/sys/${name.replaceAll(".", "/")}`;
  const last = name.lastIndexOf(".");
  return `/proc/sys/net/ipv4/conf/${name.slice(ofDevice.length, last)}/${name.slice(last + 1)}`;
}

/** The same as a shell function. */
export const sysctlPathFunction = `sysctl_path() {
  case $1 in
    ${ofDevice}*) of=\${1#${ofDevice}}; echo "/proc/sys/net/ipv4/conf/\${of%.*}/\${of##*.}" ;;
    *) echo "/proc/sys/$(echo "$1" | tr . /)" ;;
  esac
}`;
