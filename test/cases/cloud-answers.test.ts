/** Answers of real clouds, one file a case, and what that cloud's driver reads from them. Sources: README.md beside them. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Cloud } from "../../src/cloud/cloud.ts";
import { openCloud } from "../../src/cloud/open-cloud.ts";
import { Secret } from "../../src/cloud/secret.ts";
import { fastClock } from "../../src/cloud/testing/fast-clock.ts";
import { configFor } from "../../src/cloud/testing/signed-in.ts";
import { type Reply, startSmallCloud } from "../../src/cloud/testing/small-cloud.ts";

const text = z.string();
const caseSchema = z
  .strictObject({
    /** The sentence that the case shows. */
    about: text,
    call: z.enum([
      "vpcs",
      "subnets",
      "servers",
      "server",
      "nics",
      "nic",
      "routeTables",
      "routeTable",
      "publicIps",
      "securityGroups",
      "natGateways",
      "quotas",
    ]),
    /** Of the object, or of the VPC whose objects are read. */
    id: text.default(""),
    filter: z.strictObject({ subnetId: text.exactOptional(), serverId: text.exactOptional() }).default({}),
    /** Bodies by "METHOD path", or a status with its body. PID stands for the project's id. */
    answers: z.record(text, z.unknown()),
    /** What the driver reads; null for an object that is not there. */
    expected: z.unknown().optional(),
    /** How the reading fails instead. */
    fails: z.record(text, z.unknown()).optional(),
    /** All requests that it takes, where that is the point. */
    asked: z.array(text).optional(),
  })
  .refine((one) => "expected" in one !== "fails" in one, "a case has either `expected` or `fails`");
type Case = z.infer<typeof caseSchema>;

const withStatus = z.strictObject({ status: z.number(), body: z.unknown() });

const clouds = [
  { folder: "otc", profile: "otc", services: ["vpc", "ecs", "nat"] },
  { folder: "huawei", profile: "huaweicloud", services: ["vpc", "eip", "ecs", "nat"] },
];

function read(cloud: Cloud, { call, id, filter }: Case): Promise<unknown> {
  switch (call) {
    case "nics":
      return cloud.nics(filter);
    case "subnets":
    case "routeTables":
    case "natGateways":
    case "server":
    case "nic":
    case "routeTable":
      return cloud[call](id);
    default:
      return cloud[call]();
  }
}

describe.each(clouds)("what $folder answers", ({ folder, profile, services }) => {
  const files = new URL(`${folder}/`, import.meta.url);
  const cases = readdirSync(files)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({
      file,
      ...caseSchema.parse(JSON.parse(readFileSync(new URL(file, files), "utf8"))),
    }));

  test("has cases, each with its source", () => {
    const sources = readFileSync(new URL("README.md", files), "utf8");
    expect(cases.length).toBeGreaterThan(5);
    expect(cases.map(({ file }) => file).filter((file) => !sources.includes(`\`${file}\``))).toEqual([]);
  });

  test.each(cases.map((one) => [one.file, one.about, one] as const))("%s: %s", async (_file, _about, one) => {
    await using server = await startSmallCloud(({ method, url }): Reply => {
      const answer = one.answers[`${method} ${url.pathname}`];
      const told = withStatus.safeParse(answer);
      if (told.success) return told.data;
      return answer === undefined
        ? { status: 404, body: { code: "VPC.0003", message: "There is no answer for this in the case." } }
        : { status: 200, body: answer };
    });
    const config = configFor(server.origin, {
      profile,
      credentials: { kind: "access-key", accessKey: new Secret("AK-1"), secretKey: new Secret("SK-1") },
      project: { id: "PID" },
      endpoints: Object.fromEntries(services.map((service) => [service, server.origin])),
    });
    const reading = read(openCloud(config, { clock: fastClock() }), one);
    if (one.fails) await expect(reading).rejects.toMatchObject(one.fails);
    else expect((await reading) ?? null).toEqual(one.expected);
    const asked = server.seen.map(({ method, url }) => `${method} ${url.pathname}${url.search}`);
    if (one.asked) expect(asked).toEqual(one.asked);
    const unanswered = server.seen.filter(({ method, url }) => !(`${method} ${url.pathname}` in one.answers));
    expect(unanswered.map(({ url }) => url.pathname).filter((path) => path !== "/v3/PID/vpc/vpcs")).toEqual(
      [],
    );
  });
});
