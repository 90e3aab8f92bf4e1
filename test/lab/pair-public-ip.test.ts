/** An EIP that was allocated for a gateway goes along with it, from one proxy to two and back. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { killedAt } from "./crash/killed-run.ts";
import { TwoProxies } from "./two-proxies.ts";
import { labCloud } from "./world-state.ts";

const lab = "test-pair-public-ip";
const onItsWay = "pair/public-ip@wayout-egress-outer after PUT /v1/ID/publicips/ID";
let two: TwoProxies;

beforeAll(async () => {
  two = await TwoProxies.up(lab);
});
afterAll(() => two.down());

test("the address outside stays the same, though a run is killed on the way, and the EIP is released at the end", () =>
  two.andBack(async () => {
    two.ask([1], "allocate");
    const address = await two.applied();
    expect(address).toMatch(/^203\.0\.113\./);
    two.ask([1, 2], "allocate");
    // It is the only EIP, so that no proxy can be logged in to at this moment.
    const killed = await killedAt(lab, two.file.path, "apply", onItsWay);
    expect(killed, killed.stderr).toMatchObject({ code: null });
    const names = (await (await labCloud(lab)).publicIps()).map(({ name }) => name);
    expect(names).toContain("wayout-egress.moving.wayout-egress");
    expect(await two.applied()).toBe(address);
    two.ask([1], "allocate");
    expect(await two.appliedWithLoss()).toBe(address);
  }));
