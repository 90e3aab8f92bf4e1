/** A cloud that answers with more than a cloud has: the command ends with cloud/bad-answer, and takes less than 512 MB. */
import type { ServerResponse } from "node:http";
import { expect, test } from "vitest";
import { wayoutIn } from "./command.ts";
import { type Answers, type Kind, respond, startHostileCloud } from "./hostile-cloud.ts";

const mostMb = 512;

/** The last word of a list's path is the name of its field. */
function listIn(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  return last === "detail" ? "servers" : last.replaceAll("-", "_");
}

let serial = 0;

/** A page of a list, with items that are new each time. Put together as text: the test's own time counts too. */
function page(path: string, count: number, more: object): string {
  const rest = JSON.stringify({ vpc_id: "v", cidr: "10.0.0.0/8", network_id: "n", ip_version: 4, ...more });
  const items = Array.from({ length: count }, () => {
    serial += 1;
    return `{"id":"id-${serial}",${rest.slice(1)}`;
  });
  const links = `[{"rel":"next","href":"http://elsewhere/?marker=${serial}"}]`;
  const list = listIn(path);
  return `{"count":1000,"quotas":{"resources":[]},"extensions":[],"${list}_links":${links},"${list}":[${items.join()}]}`;
}

/** Sends the piece as fast as the other side takes it, and never ends. */
function forever(response: ServerResponse, send: () => boolean): void {
  const more = (): void => {
    while (!response.destroyed && send());
  };
  response.socket?.on("drain", more).on("error", () => undefined);
  response.on("drain", more);
  more();
}

const megabyte = Buffer.alloc(1024 * 1024, " ");
const one = (path: string, item: string): string => `{"count":1,"${listIn(path)}":[${item}]}`;

const pagesOf = new Map<string, number>();

const cases: readonly (readonly [name: string, Answers, RegExp, Kind?])[] = [
  ["a million levels", (_, __, to) => respond(to, "[".repeat(1_000_000)), /more than 32 levels/],
  [
    "five million objects",
    (path, _, to) => respond(to, one(path, `${"{},".repeat(5_000_000)}{}`)),
    /more than 120000 lists and objects/,
  ],
  [
    "100,000 wrong items",
    (path, _, to) => respond(to, one(path, `${"{},".repeat(100_000)}{}`)),
    /\.0\.id: Invalid input/,
  ],
  [
    "100,000 keys that are all different",
    (path, _, to) =>
      respond(to, one(path, Array.from({ length: 100_000 }, (_, n) => `{"key-${n}":0}`).join())),
    /\.0\.id: Invalid input/,
  ],
  [
    "a text of 15 MB",
    (path, _, to) => respond(to, one(path, `{"id":"${"x".repeat(15_000_000)}"}`)),
    /a text of more than 131072 characters/,
  ],
  [
    "a body that does not end",
    (_, __, to) => {
      to.writeHead(200);
      forever(to, () => to.write(megabyte));
    },
    /the answer \(200\) is larger than 16777216 bytes/,
  ],
  [
    "a failure that does not end",
    (_, __, to) => {
      to.writeHead(503);
      forever(to, () => to.write(megabyte));
    },
    /the answer \(503\) is larger than 1048576 bytes/,
  ],
  [
    "headers that do not end",
    (_, __, to) => {
      to.socket?.write("HTTP/1.1 200 OK\r\n");
      forever(to, () => to.socket?.write(`X-More: ${"x".repeat(1000)}\r\n`) ?? false);
    },
    /Header overflow/,
  ],
  [
    "a length of an exabyte",
    (_, __, to) => respond(to, "{}", { "content-length": "1000000000000000000" }),
    /the answer \(200\) is larger/,
  ],
  ["a packed body", (_, __, to) => respond(to, "x", { "content-encoding": "gzip" }), /not JSON/],
  [
    "a count of servers beyond reason",
    (path, _, to) => respond(to, page(path, 1, {}).replace('"count":1000', '"count":1e15')),
    /servers?\/detail of ecs does not end: it has more than 200000 items/,
  ],
  [
    "pages with one new item each, for ever",
    (path, _, to) => respond(to, path.endsWith("/routers") ? page(path, 1, {}) : one(path, "")),
    /does not end: it has more than 1000 pages/,
    "openstack",
  ],
  [
    "lists that end, and are too much together",
    (path, _, to) => {
      pagesOf.set(path, (pagesOf.get(path) ?? 0) + 1);
      const isLast = !/routers|subnets|ports/.test(path) || (pagesOf.get(path) ?? 0) > 3;
      respond(to, isLast ? one(path, "") : page(path, 1000, { name: `\u0100${"x".repeat(14_000)}` }));
    },
    /the lists of this cloud take more than 160 MB of memory/,
    "openstack",
  ],
  [
    "pages with long names",
    (path, _, to) => respond(to, page(path, 1000, { name: `\u0100${"x".repeat(14_000)}` })),
    /the lists of this cloud take more than 160 MB of memory/,
  ],
];

const named = cases.map(([name, answers, said, kind = "otc"]) => ({ name, answers, said, kind }));

test.each(named)(
  "$name",
  async ({ answers, said, kind }) => {
    await using cloud = await startHostileCloud(answers, { kind });
    const ended = await wayoutIn(cloud.folder, ["plan"]).ended();
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringMatching(said) });
    expect(ended.stderr).toContain("code: cloud/bad-answer");
    // Nothing that the cloud said fills the terminal.
    expect(ended.stderr.length).toBeLessThan(4_000);
    expect(ended.peakMb).toBeLessThan(mostMb);
  },
  60_000,
);

test.each<readonly [string, (response: ServerResponse) => void, RegExp]>([
  [
    "levels",
    (to) => respond(to, "[".repeat(1_000_000), { "x-subject-token": "t" }, 201),
    /more than 32 levels/,
  ],
  [
    "services",
    (to) => {
      const catalog = Array.from({ length: 30_000 }, (_, n) => ({ type: `t-${n}`, endpoints: [] }));
      const project = { id: "p", name: "p" };
      const token = { expires_at: "2100-01-01T00:00:00Z", project, catalog };
      respond(to, { token }, { "x-subject-token": "the-token" }, 201);
    },
    /its catalog has .*and 29980 more/,
  ],
  [
    "projects to choose from",
    (to) =>
      respond(to, { token: { expires_at: "2100-01-01T00:00:00Z" } }, { "x-subject-token": "the-token" }, 201),
    /no project is chosen/,
  ],
])("a login with too many %s is told in a few lines", async (_, login, said) => {
  const projects = Array.from({ length: 30_000 }, (_, n) => ({ name: `project-${n}` }));
  await using cloud = await startHostileCloud((_, __, to) => respond(to, { projects }), { login });
  const ended = await wayoutIn(cloud.folder, ["plan"]).ended();
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
  expect(ended.stderr.length).toBeLessThan(4_000);
});
