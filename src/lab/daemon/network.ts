/** The kernel's side of a lab: network, Internet and servers. */
import { cgroupName } from "../client/cgroups.ts";
import { Fabric } from "../fabric/fabric.ts";
import { internetNamespace } from "../fabric/names.ts";
import { startInternet } from "../internet/start-internet.ts";
import type { LabState } from "../state.ts";
import { log } from "./daemon-log.ts";
import type { LabOptions } from "./lab-options.ts";
import { Servers } from "./servers.ts";
import { makeSshWorld } from "./ssh-world.ts";

export interface Network {
  readonly fabric: Fabric;
  readonly servers: Servers;
  /** Resolves when the Internet's hosts answer. */
  readonly internet: Promise<unknown>;
}

/** Makes the namespaces and what starts servers; no server is started yet. */
export async function openNetwork({ places, plan, holder }: LabOptions, state: LabState): Promise<Network> {
  const fabric = new Fabric({ note: log });
  const sshWorld = makeSshWorld(places, { holder, namespace: internetNamespace });
  await Promise.all([fabric.converge(state), sshWorld]);
  log("network is there");
  const [image] = plan.images;
  if (!image) throw new Error("a lab with a network was started without an image");
  const internet = startInternet({
    namespacePath: `/run/netns/${internetNamespace}`,
    image,
    dir: places.run,
  }).then(() => log("Internet hosts listen"));
  // Somebody waits for it later; until then a failure is not "unhandled".
  internet.catch(() => undefined);
  const servers = await Servers.open({
    state,
    fabric,
    images: plan.images,
    ssh: await sshWorld,
    disks: places.disks,
    cgroup: cgroupName(places.name),
  });
  return { fabric, servers, internet };
}
