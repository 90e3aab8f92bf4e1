import Fastify from "fastify";
import type { LabState } from "../state.ts";
import { CallLog, type LoggedCall } from "./call-log.ts";
import { Changes } from "./changes.ts";
import { dispatch, dispatchBroken, dispatchUnknown } from "./dispatch.ts";
import { Jobs } from "./ecs-v1/jobs.ts";
import type { ApiContext, ServerMachines } from "./endpoint.ts";
import type { ApiFaults } from "./faults.ts";
import type { Credentials } from "./identity/authenticate.ts";
import { Tokens } from "./identity/tokens.ts";
import { defaultSecurityGroup } from "./operations/index.ts";
import { servicesFor } from "./services.ts";

export interface ApiOptions {
  readonly state: LabState;
  readonly credentials: Credentials;
  readonly tokenLifetimeMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Makes packets follow the state. Where it fails the state is put back and it is called once more. */
  readonly commit: () => Promise<void>;
  readonly servers: ServerMachines;
  readonly faults: ApiFaults;
}

export interface RunningApi {
  /** http://127.0.0.1:PORT; the auth URL is this and `/v3`. */
  readonly url: string;
  /** The last 10,000 requests, oldest first. */
  calls(): readonly LoggedCall[];
  /**
   * Changes the state from outside as a request does: in turn with them, all or nothing, packets follow.
   * Throws what `work` throws, or CommitFailed.
   */
  change<T>(work: () => T): Promise<T>;
  /** Ends every connection, answered or not. Jobs that are under way end by themselves. */
  close(): Promise<void>;
}

/** Serves the cloud's APIs on loopback until it is closed. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { state } = options;
  const log = new CallLog();
  const changes = new Changes(state, options.commit);
  const tokens = new Tokens(options.tokenLifetimeMs, options.now);
  const now = () => new Date(options.now());
  defaultSecurityGroup(state, now());

  const app = Fastify({
    routerOptions: { ignoreTrailingSlash: true, caseSensitive: true },
    forceCloseConnections: true,
    bodyLimit: 1024 * 1024,
  });
  // Bodies are read by the endpoints, so that every service answers a broken one in its own words.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));

  const context = (url: string): ApiContext => ({
    state,
    changes,
    tokens,
    jobs: new Jobs(now),
    machines: options.servers,
    url,
    now,
  });
  let api = context("");
  const { accessKey } = options.credentials;
  const gate = { faults: options.faults, log, tokens, accessKey, now: options.now, cloud: state.cloud };
  for (const service of servicesFor(options.credentials, state.cloud)) {
    for (const endpoint of service.endpoints) {
      app.route({
        method: endpoint.method,
        url: endpoint.path,
        handler: (request, reply) =>
          dispatch(request, reply, { endpoint, errors: service.errors, api, gate }),
      });
    }
  }
  app.setErrorHandler((error, request, reply) => dispatchBroken(error, request, reply, gate));
  app.setNotFoundHandler((request, reply) => dispatchUnknown(request, reply, gate));

  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  api = context(url);
  return {
    url,
    calls: () => log.list(),
    change: (work) => changes.write(work),
    close: () => app.close(),
  };
}
