import { flavorEndpoints } from "./flavors.ts";
import { novaServerChangeEndpoints } from "./server-changes.ts";
import { novaServerEndpoints } from "./servers.ts";

/** Nova v2.1, with and without the project in the path. */
export const novaEndpoints = ["/v2.1", "/v2.1/:project"].flatMap((base) => [
  ...novaServerEndpoints(base),
  ...novaServerChangeEndpoints(base),
  ...flavorEndpoints(base),
]);
