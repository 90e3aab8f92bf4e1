/** The host side of a gateway as user data for cloud-init, which does it at the proxy's first boot. Pure. */
import { stringify } from "yaml";
import { oneLine } from "../../report/visible.ts";
import { ownFolder } from "../own-paths.ts";
import { type ByHand, renderShellScript } from "./shell-script.ts";

/** Where the script stays, for its undo. */
const scriptPath = `${ownFolder}/setup`;

export function renderCloudInit(wanted: ByHand): string {
  const document = {
    write_files: [
      { path: scriptPath, owner: "root:root", permissions: "0755", content: renderShellScript(wanted) },
    ],
    runcmd: [["sh", scriptPath]],
  };
  return `#cloud-config\n# Wayout, gateway ${oneLine(wanted.gateway)}. Take it back on the server with: sh ${scriptPath} undo\n${stringify(document, { lineWidth: 0 })}`;
}
