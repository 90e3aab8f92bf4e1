/** Starts the hosts of the lab's Internet in their network namespace. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Problem } from "../../report/problem.ts";
import type { LabImage } from "../images/ensure-image.ts";

const mainPath = fileURLToPath(new URL("main.ts", import.meta.url));

export interface InternetOptions {
  /** Path of the network namespace. The addresses in `internetHosts` must already be on a device in it. */
  readonly namespacePath: string;
  readonly image: LabImage;
  /** Directory for its request log, internet.log: one JSON object per line. */
  readonly dir: string;
}

export interface Internet {
  stop(): Promise<void>;
}

/** Resolves when all hosts listen. They end with this process. Throws Problem "lab/internet-not-started". */
export async function startInternet(options: InternetOptions): Promise<Internet> {
  const { image } = options;
  const child = spawn("nsenter", [
    `--net=${options.namespacePath}`,
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    mainPath,
    `--certificate=${image.siteCertificate}`,
    `--key=${image.siteKey}`,
    `--mirror=${image.mirror}`,
    `--log=${join(options.dir, "internet.log")}`,
  ]);
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-1_500);
  });
  const ended = once(child, "close");
  const listening = await Promise.race([
    once(child.stdout, "data").then(() => true),
    ended.then(() => false),
  ]);
  if (!listening) {
    throw new Problem({
      code: "lab/internet-not-started",
      summary: "the lab's Internet hosts could not be started",
      detail: errors.trim(),
      hint: "This is a fault of the lab: run `wayout lab down` and `wayout lab up`; if it stays, report it with this text.",
    });
  }
  return {
    stop: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
