import type { CloudReader } from "../../cloud/cloud.ts";
import type { HostAddress } from "../../host/host.ts";
import { oneLine } from "../../report/visible.ts";

/**
 * Whether the cloud says that the host's server does not exist any more. Asked before the host itself: its address may
 * lead to another server by now. Records of earlier versions have no id; there the name decides.
 */
export async function hostGone(
  { server, serverId }: HostAddress,
  cloud: CloudReader,
): Promise<{ readonly because: string } | undefined> {
  const there =
    serverId === undefined
      ? (await cloud.servers()).some((one) => one.name === oneLine(server))
      : (await cloud.server(serverId)) !== undefined;
  return there ? undefined : { because: `server ${server} is gone from the cloud, and its host with it` };
}
