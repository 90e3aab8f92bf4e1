import { expect, test } from "vitest";
import { Problem } from "../report/problem.ts";
import { unlessStopped } from "./unless-stopped.ts";

const stopped = () => new Problem({ code: "verify/stopped", summary: "stopped" });

test("work that ends is answered", async () => {
  expect(await unlessStopped(Promise.resolve(7), new AbortController().signal, stopped)).toBe(7);
});

test("work that goes on is left at once when somebody says stop, and so is what had been stopped before", async () => {
  const stop = new AbortController();
  const left = unlessStopped(new Promise(() => {}), stop.signal, stopped);
  stop.abort();
  await expect(left).rejects.toThrow("stopped");
  await expect(unlessStopped(new Promise(() => {}), stop.signal, stopped)).rejects.toThrow("stopped");
});
