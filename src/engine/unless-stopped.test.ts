import { expect, test } from "vitest";
import { unlessStopped } from "./unless-stopped.ts";

const forever = () => new Promise<never>(() => {});

test("work that ends is answered", async () => {
  expect(await unlessStopped(Promise.resolve(7), new AbortController().signal, "stopped")).toBe(7);
});

test("work that goes on is left at once when somebody says stop, and so is what had been stopped before", async () => {
  const stop = new AbortController();
  const left = unlessStopped(forever(), stop.signal, "it is not known");
  stop.abort();
  await expect(left).rejects.toMatchObject({ code: "run/stopped", summary: "it is not known" });
  await expect(unlessStopped(forever(), stop.signal, "stopped")).rejects.toThrow("stopped");
});
