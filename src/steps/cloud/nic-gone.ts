import type { Decision } from "../step.ts";
import type { ReadOnlyWorld } from "../world.ts";

interface OnNic {
  readonly server: string;
  readonly nicId: string;
}

/** Whether the NIC that a step changed does not exist any more: deleted, mostly with its server. */
export async function nicGone(
  { server, nicId }: OnNic,
  { cloud }: ReadOnlyWorld,
): Promise<{ readonly because: string } | undefined> {
  if (await cloud.nic(nicId)) return undefined;
  return { because: `the NIC of ${server} is gone from the cloud` };
}

/** Of a step whose NIC went between two looks at it. */
export function blockedWithoutNic(server: string): Decision {
  const because = `the NIC of ${server} is gone`;
  return { action: "blocked", because, hint: "Run plan again.", adoptable: false };
}
