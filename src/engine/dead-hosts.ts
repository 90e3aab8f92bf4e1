import type { HostAddress } from "../host/host.ts";
import { hostThrough } from "../host/through.ts";
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
      return hostThrough(address, async (work) => {
        const known = dead.get(key);
        if (known) throw known;
        try {
          return await work(host);
        } catch (cause) {
          if (cause instanceof Problem && cause.code === "host/unreachable") dead.set(key, cause);
          throw cause;
        }
      });
    },
  };
}

function keyOf({ server, serverId }: HostAddress): string {
  return serverId ?? server;
}
