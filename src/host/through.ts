import type { Host, HostAddress } from "./host.ts";

/** A host whose every call goes through `call`, which is given the host behind it. */
export function hostThrough(
  address: HostAddress,
  call: <T>(work: (host: Host) => Promise<T>) => Promise<T>,
): Host {
  return {
    address,
    facts: (options) => call((host) => host.facts(options)),
    read: (script, options) => call((host) => host.read(script, options)),
    write: (script, options) => call((host) => host.write(script, options)),
    writeFresh: (script, options) => call((host) => host.writeFresh(script, options)),
  };
}
