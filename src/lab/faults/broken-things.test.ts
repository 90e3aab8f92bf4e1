import { describe, expect, it } from "vitest";
import { LabState } from "../state.ts";
import { BrokenThings } from "./broken-things.ts";
import { paperLab } from "./paper-lab.ts";

function broken() {
  const lab = paperLab(new LabState());
  const things = new BrokenThings(lab);
  return {
    lab,
    break: (text: string) => things.break(text.split(" ")),
    mend: (id: string) => things.mend(id),
  };
}

describe("a fault that ends by itself", () => {
  it.each([
    ["token", "with the next API call"],
    ["api --status 500 --count 1", "with that call"],
    ["api --status 500 --count 3", "with the last of these 3 calls"],
  ])("says when: %s", async (words, ends) => {
    expect(await broken().break(words)).toMatchObject({ id: words, ends });
  });

  it("can be mended before", async () => {
    const { lab, ...things } = broken();
    await things.break("token");
    expect(await things.mend("token")).toMatchObject([{ id: "token" }]);
    expect(lab.api.list()).toEqual([]);
  });

  it("needs no mending afterwards, and can be broken anew", async () => {
    const { lab, ...things } = broken();
    await things.break("token");
    lab.api.meet("GET", "/v3");
    expect(await things.mend("token")).toEqual([]);
    expect(await things.break("token")).toMatchObject({ id: "token" });
    expect(await things.mend("token")).toMatchObject([{ id: "token" }]);
  });
});

it("what never was broken cannot be mended", async () => {
  await expect(broken().mend("token")).rejects.toMatchObject({ code: "lab/not-broken" });
});

describe("a fault of the API that would mean nothing is refused", () => {
  it.each([
    ["--status 500 --count 0", "--count 0 is not a whole number from 1 on"],
    ["--status 500 --count 1e3", "--count 1e3 is not a whole number from 1 on"],
    ["--status 429 --retry-after -1", "--retry-after"],
    ["--status 500 --retry-after 3", "--retry-after goes with --status 429, not with 500"],
    ["--status 500 --method FOO", "--method FOO is none of GET, POST, PUT, DELETE"],
    ["--status 500 --path v1", "--path v1 does not begin with /"],
    ["--status 404", "--status 404"],
  ])("%s", async (words, says) => {
    await expect(broken().break(`api ${words}`)).rejects.toMatchObject({
      code: "lab/fault-usage",
      summary: expect.stringContaining(says),
    });
  });

  it.each(["--status 500", "--status 429 --retry-after 0", "--status lost --method put --path /v1/"])(
    "but not %s",
    async (words) => {
      expect(await broken().break(`api ${words}`)).not.toHaveProperty("ends");
    },
  );
});
