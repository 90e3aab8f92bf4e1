/** A program of this machine on a server of the lab that has none of the kind, with the libraries it needs. */
import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { commandInside } from "../../src/lab/client/actions.ts";
import { inside } from "./clients.ts";

const place = "/opt/of-host";

/** Puts it to /usr/bin there. It runs on its own C library, so the two Debians may differ. */
export async function bringProgram(lab: string, server: string, path: string): Promise<void> {
  const listed = execFileSync("ldd", [path], { encoding: "utf8" });
  const libraries = [...listed.matchAll(/=> (\/\S+)/g)].flatMap(([, library]) => library ?? []);
  const loader = /^\s*(\/\S+) \(/m.exec(listed)?.[1];
  if (loader === undefined) throw new Error(`${path} has no loader: ${listed}`);
  const files = [path, loader, ...libraries];
  const archive = execFileSync("tar", ["-ch", "-C", "/", "-f", "-", ...files.map((file) => file.slice(1))], {
    maxBuffer: 2 ** 27,
  });
  const folders = [...new Set(libraries.map((library) => `${place}${dirname(library)}`))].join(":");
  const wrapper = `#!/bin/sh\nexec ${place}${loader} --library-path ${folders} ${place}${path} "$@"\n`;
  const [program = "", ...args] = await commandInside(lab, server, [
    "sh",
    "-c",
    `mkdir -p ${place} && tar -x -C ${place}`,
  ]);
  execFileSync(program, args, { input: archive });
  await inside(lab, server, "sh", "-c", `printf '%s' '${wrapper}' > ${path} && chmod 755 ${path}`);
}
