/** Before the tests the cloud is brought up, after them it is taken down, unless WAYOUT_OPENSTACK_KEEP says otherwise. */
import { down, up } from "./cloud.ts";

export default async function setup(): Promise<() => void> {
  await up();
  return () => {
    if (process.env.WAYOUT_OPENSTACK_KEEP === undefined) down();
  };
}
