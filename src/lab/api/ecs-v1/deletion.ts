import { z } from "zod";
import { type ApiContext, writes } from "../endpoint.ts";
import { removePublicIp, removeServer } from "../operations/index.ts";
import { found } from "../operations/refused.ts";

const deleteBody = z.object({
  servers: z.array(z.object({ id: z.string() })).min(1),
  delete_publicip: z.boolean().optional(),
  delete_volume: z.boolean().optional(),
});

/** "Deleting ECSs": the job ends when the machines and what belonged to them are gone. */
export const serverDeletionEndpoints = [
  writes("server", "POST", "/v1/:project/cloudservers/delete", (call, api) => {
    const { servers, delete_publicip: withPublicIps = false } = call.read(deleteBody);
    const ids = servers.map(({ id }) => found(api.state.servers, "server", id).id);
    const job = api.jobs.open("deleteServer", ids);
    return {
      status: 200,
      body: { job_id: job.id },
      afterwards: () => api.jobs.start(job, () => remove(api, ids, withPublicIps)),
    };
  }),
];

async function remove(api: ApiContext, ids: readonly string[], withPublicIps: boolean): Promise<void> {
  for (const id of ids) {
    await api.machines.remove(id);
    await api.changes.write(() => {
      if (!api.state.servers.has(id)) return;
      const portIds = api.state.ports.ofServer(id).map((port) => port.id);
      const publicIps = [...api.state.publicIps.values()].filter((each) => portIds.includes(each.portId));
      removeServer(api.state, id);
      if (withPublicIps) for (const publicIp of publicIps) removePublicIp(api.state, publicIp.id);
    });
  }
}
