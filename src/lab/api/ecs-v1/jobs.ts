import { messageOf } from "../../../report/problem.ts";
import { hexId } from "../../state.ts";

export type JobType = "createServer" | "deleteServer";

export interface Job {
  readonly id: string;
  readonly type: JobType;
  readonly serverIds: readonly string[];
  readonly begun: string;
  readonly ended: string | undefined;
  readonly status: "RUNNING" | "SUCCESS" | "FAIL";
  readonly failure: string | undefined;
}

/** What ECS does after it has answered. Jobs stay readable as long as the API runs. */
export class Jobs {
  readonly #jobs = new Map<string, Job>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Registers the job; `start` runs the work. */
  open(type: JobType, serverIds: readonly string[]): Job {
    const job: Job = {
      id: hexId(),
      type,
      serverIds,
      begun: this.#now().toISOString(),
      ended: undefined,
      status: "RUNNING",
      failure: undefined,
    };
    this.#jobs.set(job.id, job);
    return job;
  }

  /** The job ends as the work does; nobody waits for it. */
  start(job: Job, work: () => Promise<void>): void {
    const end = (status: "SUCCESS" | "FAIL", failure?: string) =>
      this.#jobs.set(job.id, { ...job, status, failure, ended: this.#now().toISOString() });
    work().then(
      () => end("SUCCESS"),
      (cause: unknown) => end("FAIL", messageOf(cause)),
    );
  }

  find(id: string): Job | undefined {
    return this.#jobs.get(id);
  }
}
