import { Command } from "commander";
import { foundClouds, systemSources } from "../cloud/config/load-cloud.ts";
import { Problem } from "../report/problem.ts";
import { suggestion } from "../spec/nearest.ts";
import { cloudText } from "./cloud-text.ts";
import { listedCloud } from "./listed-cloud.ts";
import { withDebug } from "./options.ts";
import { answer, answerJson, answerText, note } from "./output.ts";
import { tracing } from "./traced-text.ts";

interface CloudsOptions {
  readonly check?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function cloudsCommand(): Command {
  return withDebug(
    new Command("clouds")
      .description("the clouds that clouds.yaml and the OS_* variables describe, and where each was found")
      .argument("[cloud...]", "only these")
      .option("--check", "log in, and call each service once")
      .option("--json", "answer in JSON")
      .addHelpText(
        "after",
        "\nExit: 0 each of them can be used (with --check: was), 1 one cannot, or there is none.",
      ),
  ).action(async (names: string[], options: CloudsOptions) => {
    const sources = systemSources();
    const { clouds, looked } = foundClouds(sources);
    const all = clouds.map((cloud) => cloud.name);
    const unknown = names.find((name) => !all.includes(name));
    if (unknown !== undefined) {
      throw new Problem({
        code: "clouds/unknown",
        summary: `no cloud ${unknown}; ${suggestion(unknown, all, "cloud")}`,
        detail: `looked for ${looked.join(", ")} and OS_* variables`,
      });
    }
    const asked = clouds.filter(({ name }) => names.length === 0 || names.includes(name));
    const listed = await Promise.all(
      asked.map((cloud) =>
        listedCloud(cloud, sources, {
          check: options.check ?? false,
          tell: note,
          ...tracing(options.debug, note),
        }),
      ),
    );
    if (options.json) answerJson({ clouds: listed, looked });
    else if (listed.length === 0) {
      answer("no cloud is described");
      note(`looked for ${looked.join(", ")} and OS_* variables`);
      note(`  hint: ${noCloudHint}`);
    } else answerText(listed.map(cloudText).join("\n"));
    const { OS_CLOUD: taken } = sources.env;
    const lost = taken && taken !== "lab" && !all.includes(taken);
    if (lost) note(`OS_CLOUD names ${taken}, which is not there; ${suggestion(taken, all, "cloud")}`);
    process.exitCode = listed.length > 0 && listed.every(({ ok }) => ok) && !lost ? 0 : 1;
  });
}

const noCloudHint =
  "Write a clouds.yaml as for the openstack client; docs/open-telekom-cloud.md and docs/openstack.md show one. `cloud: lab` needs none.";
