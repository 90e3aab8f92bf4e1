/** A host on which nothing is under way: what a run reads is what the host is, and not what it will be in a minute. */
import { endArmedScript } from "./change.ts";
import type { Host } from "./host.ts";

/**
 * The same host for a run. A change that an earlier run armed and did not confirm, because it was killed, is ended as
 * soon as the host is read, instead of by its timer under the hands of this run; one that it is still busy with is waited
 * for. A plan does not do so: it cannot write.
 */
export function settledHost(host: Host, ended: () => void): Host {
  return {
    address: host.address,
    async facts(options) {
      const facts = await host.facts(options);
      if (!facts.armed && !facts.busy) return facts;
      await host.write(endArmedScript);
      ended();
      return host.facts({ anew: true });
    },
    read: (script, options) => host.read(script, options),
    write: (script, options) => host.write(script, options),
    writeFresh: (script, options) => host.writeFresh(script, options),
  };
}
