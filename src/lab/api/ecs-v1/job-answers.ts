import { reads } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { timeForms } from "../times.ts";
import type { Job } from "./jobs.ts";

export const jobEndpoints = [
  reads("server", "/v1/:project/jobs/:id", (call, { jobs }) => {
    const job = jobs.find(call.param("id"));
    if (!job) throw new Failed("missing", `Job ${call.param("id")} could not be found.`);
    return { status: 200, body: describe(job) };
  }),
];

/** A job about one server names it at the top too. */
function describe(job: Job) {
  const ends = {
    status: job.status,
    begin_time: timeForms.zulu(job.begun),
    end_time: job.ended === undefined ? "" : timeForms.zulu(job.ended),
    error_code: job.status === "FAIL" ? "Ecs.0002" : null,
    fail_reason: job.failure ?? null,
  };
  const [first] = job.serverIds;
  return {
    job_id: job.id,
    job_type: job.type,
    ...ends,
    entities: {
      ...(job.serverIds.length === 1 ? { server_id: first } : {}),
      sub_jobs_total: job.serverIds.length,
      sub_jobs: job.serverIds.map((serverId) => ({
        job_id: `${job.id}-${serverId}`,
        job_type: job.type,
        ...ends,
        entities: { server_id: serverId },
      })),
    },
  };
}
