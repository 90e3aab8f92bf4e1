import type { Host, HostAddress } from "../host/host.ts";
import { Problem } from "../report/problem.ts";
import type { World } from "../steps/world.ts";

/** The same world; a host that could not be reached is not waited for a second time. */
export function withoutDeadHosts(world: World): World {
  const dead = new Map<string, Problem>();
  return {
    cloud: world.cloud,
    host(address) {
      const host = world.host(address);
      const key = keyOf(address);
      async function once<T>(work: () => Promise<T>): Promise<T> {
        const known = dead.get(key);
        if (known) throw known;
        try {
          return await work();
        } catch (cause) {
          if (cause instanceof Problem && cause.code === "host/unreachable") dead.set(key, cause);
          throw cause;
        }
      }
      const through: Host = {
        address,
        facts: (options) => once(() => host.facts(options)),
        read: (script, options) => once(() => host.read(script, options)),
        write: (script, options) => once(() => host.write(script, options)),
        writeFresh: (script, options) => once(() => host.writeFresh(script, options)),
      };
      return through;
    },
  };
}

function keyOf({ server, serverId }: HostAddress): string {
  return serverId ?? server;
}
