/** An EIP that the user has goes along with the gateway, from one proxy to two and back, and is the user's again. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { seenAs } from "./clients.ts";
import { keptDuring } from "./held-connections.ts";
import { one, other, TwoProxies } from "./two-proxies.ts";
import { must } from "./wayout-command.ts";

const lab = "test-pair-own-ip";
const connections = 20;
const skippedSchema = z.object({
  takenBack: z.array(z.object({ outcome: z.string(), durationMs: z.number() })),
});
const poll = { timeout: 60_000, interval: 1000 };
let two: TwoProxies;

beforeAll(async () => {
  two = await TwoProxies.up(lab);
});
afterAll(() => two.down());

test("a proxy's own EIP goes to the pair and on to the other proxy, and back to its proxy at the end", () =>
  two.withEip(one, "ecs-proxy-1", () =>
    two.andBack(async () => {
      two.ask([1], "keep");
      expect(await two.applied()).toBe(one);
      two.ask([1, 2], "keep");
      const kept = await keptDuring(lab, "ecs-app-1", connections, async () => {
        expect(await two.appliedWithLoss()).toBe(one);
      });
      expect(kept, "as the plan said").toBe(0);
      two.ask([2], "keep");
      expect(await two.appliedWithLoss()).toBe(one);
    }),
  ));

test(
  "a standby with an EIP of its own is dead: the active one is asked through the pair, and goes on alone",
  { timeout: 300_000 },
  () =>
    two.withEip(one, "ecs-proxy-1", () =>
      two.withEip(other, "ecs-proxy-2", () =>
        two.andBack(async () => {
          two.ask([1, 2], "keep");
          expect(await two.applied()).toBe(one);
          const broken = ["power", "ecs-proxy-2", "--name", lab];
          await must("lab", "break", ...broken);
          const status = await two.wayout("status");
          expect(status.stdout).toContain("active   ecs-proxy-1");
          expect(status.stdout).toContain("ecs-proxy-2 cannot be asked");

          two.ask([1], "keep");
          const refused = await two.wayout("apply", "--yes");
          expect(refused, refused.stdout).toMatchObject({ code: 1 });
          expect(refused.stderr).toContain("apply --skip-hosts");
          const skipped = await two.wayout("apply", "--yes", "--skip-hosts", "--json");
          expect(skipped, skipped.stderr).toMatchObject({ code: 0 });
          const { takenBack } = skippedSchema.parse(JSON.parse(skipped.stdout));
          const waitedFor = takenBack.filter((step) => step.outcome === "failed" && step.durationMs > 9_000);
          expect(waitedFor, "a dead host is waited for once, not while clients wait").toHaveLength(1);
          expect(await seenAs(lab, "ecs-app-1")).toBe(one);

          await must("lab", "mend", ...broken);
          await expect.poll(async () => (await two.wayout("apply", "--yes")).code, poll).toBe(0);
          expect((await two.wayout("plan")).code).toBe(0);
        }),
      ),
    ),
);

test("an EIP by its address goes from the pair to the proxy that stays, and is free at the end", () =>
  two.withEip(one, "ecs-proxy-2", () =>
    two.andBack(async () => {
      two.ask([1, 2], other);
      expect(await two.applied()).toBe(other);
      two.ask([1], other);
      expect(await two.appliedWithLoss()).toBe(other);
    }),
  ));
