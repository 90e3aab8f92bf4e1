/** What `wayout render` prints does the host side by itself, with real packets, over a reboot, and back again. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { inside, seenAs } from "./clients.ts";
import { gatewayFile } from "./gateway-file.ts";
import { must, wayout } from "./wayout-command.ts";
import { hostState, labCloud } from "./world-state.ts";

describe("what render prints", () => {
  const lab = "test-render";
  const file = gatewayFile();
  const where = ["--file", file.path, "--lab", lab];

  beforeAll(async () => {
    await must("lab", "up", "--name", lab);
    const cloud = await labCloud(lab);
    const proxy = (await cloud.servers()).find((server) => server.name === "ecs-proxy");
    const [nic] = await cloud.nics({ serverId: proxy?.id ?? "" });
    const table = (await cloud.routeTables())[0];
    if (!proxy || !nic || !table) throw new Error("the lab has no proxy");
    await cloud.setAddressPairs(nic.id, [{ ip_address: "1.1.1.1/0" }]);
    await cloud.addRoute(table.id, {
      destination: "0.0.0.0/0",
      type: "ecs",
      nextHop: proxy.id,
      description: "",
    });
  });
  afterAll(async () => {
    await wayout("lab", "down", "--name", lab);
    file.remove();
  });

  test("the script lets the clients out, survives a reboot, and takes itself back", async () => {
    const script = await must("render", ...where);
    const start = await hostState(lab, "ecs-proxy");
    const put = (text: string) => inside(lab, "ecs-proxy", "sh", "-c", text);
    const done = await inside(lab, "ecs-proxy", "sh", "-c", script);
    expect(done, done.stderr).toMatchObject({ code: 0 });
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    expect(await seenAs(lab, "ecs-other-1")).toBeUndefined();
    await must("lab", "reboot", "ecs-proxy", "--name", lab);
    expect(await seenAs(lab, "ecs-app-1")).toBe("203.0.113.10");
    const back = await put(`set -- undo\n${script}`);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(await seenAs(lab, "ecs-app-1")).toBeUndefined();
    const own = (text: string) => text.split("\n").filter((line) => /wayout|WAYOUT/.test(line));
    expect(own(await hostState(lab, "ecs-proxy"))).toEqual(own(start));
  });

  test("the cloud-init file holds the same script and runs it", async () => {
    const text = await must("render", "--as", "cloud-init", ...where);
    expect(text.startsWith("#cloud-config\n")).toBe(true);
    const userData = z
      .object({
        write_files: z.array(z.object({ path: z.string(), permissions: z.string(), content: z.string() })),
        runcmd: z.array(z.array(z.string())),
      })
      .parse(parse(text));
    expect(userData.write_files[0]?.content.trim()).toBe((await must("render", ...where)).trim());
    expect(userData.runcmd[0]?.at(-1)).toBe(userData.write_files[0]?.path);
  });
});
