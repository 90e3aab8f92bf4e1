import { expect, test } from "vitest";
import { openGate } from "./gate.ts";

test("a fifth task begins when one of four has ended, and the longest waiting one first", async () => {
  const gate = openGate(4);
  const begun: number[] = [];
  const tasks = [0, 1, 2, 3, 4, 5].map((at) => ({ at, ...Promise.withResolvers<void>() }));
  const done = tasks.map(({ at, promise }) =>
    gate(() => {
      begun.push(at);
      return promise;
    }),
  );
  expect(begun).toEqual([0, 1, 2, 3]);
  tasks[2]?.resolve();
  await done[2];
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  for (const { resolve } of tasks) resolve();
  await Promise.all(done);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
});

test("a task that fails gives its place on", async () => {
  const gate = openGate(1);
  await expect(gate(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await gate(async () => "next")).toBe("next");
});
