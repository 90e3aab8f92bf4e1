import { expect, test } from "vitest";
import { runScript, type Section } from "./script.ts";

/** `ip` on a device that is not there: fails the same way with and without root, and changes nothing. */
function section(text: string, goal: Section["goal"], tool: Section["tool"] = "ip") {
  const ran = { done: false };
  const done = () => {
    ran.done = true;
  };
  const made: Section = { namespace: "", tool, goal, text, done };
  return { made, ran };
}

test("a failed line is told with its reason; sections after it run all the same", async () => {
  const bad = section("link show lo\nlink show no-such-dev0\nlink show no-such-dev1", "there");
  const good = section("link show lo", "there");
  await expect(runScript([bad.made, good.made])).rejects.toMatchObject({
    code: "lab/fabric-command",
    detail: expect.stringMatching(
      /^ip in the lab: link show no-such-dev0: .*does not exist.*\n.*no-such-dev1/,
    ),
  });
  expect([bad.ran.done, good.ran.done]).toEqual([false, true]);
});

test("removing what is gone already is no failure; making something on it is", async () => {
  const line = "link delete no-such-dev0";
  const gone = section(line, "gone");
  await runScript([gone.made]);
  expect(gone.ran.done).toBe(true);
  await expect(runScript([section(line, "there").made])).rejects.toThrow();
});

test("other tools fail with what they said", async () => {
  await expect(runScript([section("echo because >&2; exit 3", "there", "sh").made])).rejects.toMatchObject({
    detail: "sh in the lab: because",
  });
});

test("a namespace that is not there fails every section in it", async () => {
  const { made } = section("link show lo", "there");
  await expect(runScript([{ ...made, namespace: "no-such-namespace" }])).rejects.toMatchObject({
    code: "lab/fabric-command",
  });
});
