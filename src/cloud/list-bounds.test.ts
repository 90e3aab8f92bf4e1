import { expect, test } from "vitest";
import { openApi } from "./api.ts";
import { openHttp } from "./http.ts";
import { boundsOf } from "./list-bounds.ts";
import { fastClock } from "./testing/fast-clock.ts";

const request = { service: "vpc", path: "/v1/{project}/vpcs" } as const;

function bounds() {
  const clock = fastClock();
  const unused = async (): Promise<never> => {
    throw new Error("nothing is sent");
  };
  const session = {
    authorize: unused,
    renew: unused,
    projectId: unused,
    account: unused,
    services: unused,
    endpoint: unused,
  };
  return { clock, list: boundsOf(openApi(openHttp({ clock }), session), request) };
}

test("a list has 1,000 pages at most", () => {
  const { list } = bounds();
  for (let page = 0; page < 1_000; page += 1) list.next(request);
  expect(() => list.next(request)).toThrow(
    expect.objectContaining({
      code: "cloud/bad-answer",
      summary: "the list /v1/{project}/vpcs of vpc does not end: it has more than 1000 pages",
      detail: "1000 pages and 0 bytes of it were read",
    }),
  );
});

test("its items and bytes are counted", () => {
  const { list } = bounds();
  list.has(200_000);
  expect(() => list.has(200_001)).toThrow(/more than 200000 items/);
  const page = list.next(request);
  page.onBytes?.(512 * 1024 * 1024);
  expect(() => page.onBytes?.(1)).toThrow(/larger than 536870912 bytes/);
});

test("one that comes slowly is given up after five minutes, and may come whole another time", () => {
  const { list, clock } = bounds();
  const page = list.next(request);
  clock.advance(300_001);
  const late = expect.objectContaining({ code: "cloud/unavailable", retry: true });
  expect(() => list.next(request)).toThrow(late);
  expect(() => page.onBytes?.(1)).toThrow(late);
});
