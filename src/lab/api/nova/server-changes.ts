import { z } from "zod";
import { type Endpoint, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { joinGroup, leaveGroup, renameServer } from "../operations/index.ts";
import { describeServer } from "./servers.ts";

const renameBody = z.strictObject({ server: z.strictObject({ name: z.string() }) });
const group = z.strictObject({ name: z.string() });
/** By name or id; the other actions of Nova are not there. */
const actionBody = z.looseObject({
  addSecurityGroup: group.optional(),
  removeSecurityGroup: group.optional(),
});

/** What Nova lets its users change of a server that runs. */
export function novaServerChangeEndpoints(base: string): readonly Endpoint[] {
  return [
    writes("server", "PUT", `${base}/servers/:id`, (call, api) => {
      const server = renameServer(api.state, call.param("id"), call.read(renameBody).server.name);
      return { status: 200, body: { server: describeServer(api, server) } };
    }),
    writes("server", "POST", `${base}/servers/:id/action`, (call, { state }) => {
      const { addSecurityGroup, removeSecurityGroup, ...others } = call.read(actionBody);
      if (!addSecurityGroup && !removeSecurityGroup) {
        throw new Failed("not-built", `The lab's cloud does not have ${Object.keys(others).join(", ")}.`);
      }
      if (addSecurityGroup) joinGroup(state, call.param("id"), addSecurityGroup.name);
      if (removeSecurityGroup) leaveGroup(state, call.param("id"), removeSecurityGroup.name);
      return { status: 202 };
    }),
  ];
}
