import { tagEndpoint } from "../tags.ts";
import { autoRecoveryEndpoints } from "./auto-recovery.ts";
import { serverCreationEndpoints } from "./creation.ts";
import { serverDeletionEndpoints } from "./deletion.ts";
import { jobEndpoints } from "./job-answers.ts";
import { limitEndpoints } from "./limits.ts";
import { ecsServerEndpoints } from "./servers.ts";

/** ECS API v1. */
export const ecsEndpoints = [
  ...ecsServerEndpoints,
  ...serverCreationEndpoints,
  ...serverDeletionEndpoints,
  ...jobEndpoints,
  ...limitEndpoints,
  ...autoRecoveryEndpoints,
  tagEndpoint("server", "/v1/:project/cloudservers", (state) => state.servers),
];
