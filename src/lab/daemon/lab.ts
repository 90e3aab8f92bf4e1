/** A whole lab: the cloud's state, its API, its network, its Internet, its servers, and what is broken in it. */
import { randomBytes } from "node:crypto";
import { ApiFaults } from "../api/faults.ts";
import { setServerStatus } from "../api/operations/index.ts";
import { startApi } from "../api/server.ts";
import { BrokenThings } from "../faults/broken-things.ts";
import { serverNamed } from "../faults/fault.ts";
import { LabState } from "../state.ts";
import type { Controls } from "./control-server.ts";
import { log } from "./daemon-log.ts";
import { factsOf, writeFacts } from "./facts.ts";
import { faultyLab } from "./faulty-lab.ts";
import type { LabOptions } from "./lab-options.ts";
import { loadScenario } from "./load-scenario.ts";
import { openNetwork } from "./network.ts";
import { serverStatuses } from "./status.ts";
import { present } from "./without-network.ts";

/** As long as a real one's. */
const tokenLifetimeMs = 24 * 60 * 60 * 1000;

/** Resolves when every part of the lab works. */
export async function startLab(options: LabOptions): Promise<Controls> {
  const { places, plan } = options;
  const startedAt = new Date();
  const state = new LabState(plan.scenario.cloud);
  loadScenario(state, plan.scenario);
  log(`scenario ${plan.name} is loaded`);
  const network = plan.fabric === "kernel" ? await openNetwork(options, state) : undefined;
  const faults = new ApiFaults();
  const credentials = {
    username: "lab",
    password: randomBytes(18).toString("base64url"),
    accessKey: {
      id: randomBytes(10).toString("hex").toUpperCase(),
      secret: randomBytes(30).toString("base64url"),
    },
  };
  const api = await startApi({
    state,
    credentials,
    tokenLifetimeMs,
    now: Date.now,
    commit: async () => await network?.fabric.converge(state),
    servers: {
      create: async (server) => await network?.servers.start(server.id),
      remove: async (serverId) => await network?.servers.remove(serverId),
    },
    faults,
  });
  log(`API listens on ${api.url}`);
  const facts = factsOf({
    name: places.name,
    scenario: plan.name,
    kind: state.cloud,
    startedAt,
    apiUrl: api.url,
    project: state.project,
    credentials,
  });
  await writeFacts(places, facts);
  if (network) await Promise.all([network.servers.startAll(), network.internet]);
  else for (const { id } of state.servers.values()) setServerStatus(state, id, "ACTIVE");
  log("every server is up");
  const broken = new BrokenThings(faultyLab(state, api, faults, network));
  for (const words of plan.scenario.faults) await broken.break(words.trim().split(/\s+/));
  return {
    status: () => ({
      name: places.name,
      scenario: plan.name,
      apiUrl: api.url,
      startedAt: facts.startedAt,
      uptimeSeconds: (Date.now() - startedAt.getTime()) / 1000,
      servers: serverStatuses(state),
      faults: [...broken.list()],
    }),
    calls: () => api.calls(),
    entry: (server) => present(network).servers.entry(serverNamed(state, server).id),
    reboot: (server) => present(network).servers.reboot(serverNamed(state, server).id),
    breakFault: (words) => broken.break(words),
    mendFault: (id) => broken.mend(id),
  };
}
