/** Runs a program of ours in namespaces of its own. */
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Everything that it makes, processes and namespaces, ends with the outer process. */
const privately = `mount -t tmpfs -o mode=755,nosuid,nodev wayout-bench /run/netns &&
mount -t tmpfs -o nosuid,nodev wayout-bench /tmp && exec "$@"`;

/** @returns what it printed */
export async function insideNamespaces(program: string): Promise<string> {
  const namespaces = ["--mount", "--propagation=private", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const inside = [process.execPath, program];
  const child = spawn("unshare", [...namespaces, "--", "sh", "-c", privately, "sh", ...inside], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return text;
}
