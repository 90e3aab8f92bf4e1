/** What the steps have in common that change what a subnet tells its servers by DHCP. A tag of the subnet marks our part. */
import type { Cloud } from "../../cloud/cloud.ts";
import { ownMark } from "../gateway.ts";
import type { ReadOnlyWorld } from "../world.ts";

interface Told {
  readonly gateway: string;
  readonly subnetId: string;
  readonly subnet: string;
}

export const learning =
  "servers learn it when they renew their lease (for Neutron's default of a day, after half of it) or boot";

/** What servers notice that went by another way out before. */
export function changeNotice(old: string, continues: readonly string[]): string {
  return continues.includes(old)
    ? `${learning}; open connections go on`
    : `${learning}; until then they send to ${old}, and connections by it end with the change`;
}

/** First the mark: what a crash leaves behind is then a mark with nothing to it, and not words that nobody knows. */
export async function tell(
  { gateway, subnetId }: Told,
  cloud: Cloud,
  change: () => Promise<void>,
): Promise<void> {
  await cloud.markSubnet(subnetId, ownMark(gateway), true);
  await change();
}

/** @param marks of the subnet before: one that was there stays. */
export async function tellAsBefore(
  { gateway, subnetId }: Told,
  marks: readonly string[],
  cloud: Cloud,
  change: () => Promise<void>,
): Promise<void> {
  await change();
  if (!marks.includes(ownMark(gateway))) await cloud.markSubnet(subnetId, ownMark(gateway), false);
}

export function toldAsBefore({ subnet }: Told): string {
  return `${subnet}'s servers go on by the proxy until they renew their lease`;
}

export async function subnetGone(
  { subnetId, subnet }: Told,
  { cloud }: ReadOnlyWorld,
): Promise<{ readonly because: string } | undefined> {
  const there = (await cloud.subnets()).some(({ id }) => id === subnetId);
  return there ? undefined : { because: `${subnet} is gone from the cloud` };
}
