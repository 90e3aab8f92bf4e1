import { reads } from "../endpoint.ts";
import { found } from "../operations/refused.ts";

/** "Querying Automatic Recovery of an ECS": a text, and always "false", since a lab's server stays where it is. */
export const autoRecoveryEndpoints = [
  reads("server", "/v1/:project/cloudservers/:id/autorecovery", (call, { state }) => {
    found(state.servers, "server", call.param("id"));
    return { status: 200, body: { support_auto_recovery: "false" } };
  }),
];
