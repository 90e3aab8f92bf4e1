import { Command, Option } from "commander";
import { renderCloudInit } from "../host/render/cloud-init.ts";
import { type ByHand, renderShellScript } from "../host/render/shell-script.ts";
import { Problem } from "../report/problem.ts";
import { type Gateway, served } from "../steps/gateway.ts";
import { ownServicesOf } from "../steps/own-services.ts";
import { chosenWork } from "./chosen-work.ts";
import { type GatewayOptions, withGatewayOptions } from "./options.ts";
import { answerFile, answerJson } from "./output.ts";
import { withReadingSession } from "./session.ts";

interface RenderOptions extends GatewayOptions {
  readonly as: "script" | "cloud-init";
}

export function renderCommand(): Command {
  return withGatewayOptions(
    new Command("render")
      .description("the host side as a shell script or cloud-init file, for those who apply by hand")
      .argument("[gateway]", "which gateway; needed where the spec has several")
      .addOption(
        new Option("--as <form>", "what to print").choices(["script", "cloud-init"]).default("script"),
      ),
  ).action(async (name: string | undefined, options: RenderOptions) => {
    await withReadingSession(options, async (session) => {
      const { gateway } = await chosenWork(session, name);
      if (gateway.pair) {
        throw new Problem({
          code: "render/pair",
          summary: `${gateway.name} is a pair, which takes more than one script on one host`,
          hint: "`wayout apply` sets it up; `wayout plan` shows every step.",
        });
      }
      const wanted = byHand(gateway);
      const script = renderShellScript(wanted);
      const cloudInit = renderCloudInit(wanted);
      if (options.json)
        answerJson({ gateway: gateway.name, server: gateway.proxies[0].server.name, script, cloudInit });
      else answerFile((options.as === "script" ? script : cloudInit).trimEnd());
    });
  });
}

function byHand(gateway: Gateway): ByHand {
  const { name, spec, vpc } = gateway;
  const [proxy] = gateway.proxies;
  const from = served(gateway);
  const ownServices = ownServicesOf(gateway, proxy, from);
  return {
    gateway: name,
    served: from,
    destinations: spec.destinations,
    vpcCidrs: vpc.cidrs,
    insideMacs: [proxy.nic, ...proxy.nics.filter(({ id }) => id !== proxy.nic.id)].map(({ mac }) => mac),
    ...(ownServices ? { ownServices } : {}),
    sshPort: spec.ssh.port ?? 22,
  };
}
