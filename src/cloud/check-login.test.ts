import { expect, test } from "vitest";
import { checkLogin } from "./check-login.ts";
import { chosenDriver } from "./open-cloud.ts";
import { fastClock } from "./testing/fast-clock.ts";
import { configFor, projectId, startSignedInCloud } from "./testing/signed-in.ts";

test("each service that the driver calls is tried, and told where it is and what it lacks", async () => {
  await using server = await startSignedInCloud(({ url }) =>
    url.pathname.endsWith("/cloudservers/detail") ? { status: 403 } : { status: 200, body: {} },
  );
  const config = configFor(server.origin, { driver: "huawei" });
  const driver = chosenDriver(config);
  if (driver === undefined) throw new Error("no driver");
  const { projectId: project, services } = await checkLogin(config, driver, { clock: fastClock() });
  expect(project).toBe(projectId);
  const { origin: url } = server;
  expect(services).toEqual([
    { service: "vpc", url, durationMs: expect.any(Number) },
    {
      service: "eip",
      durationMs: expect.any(Number),
      problem: expect.objectContaining({ code: "cloud/config" }),
    },
    { service: "network", url, durationMs: expect.any(Number) },
    {
      service: "ecs",
      url,
      durationMs: expect.any(Number),
      problem: expect.objectContaining({ code: "cloud/forbidden" }),
    },
  ]);
});

test("a cloud with a service that plain OpenStack does not have is not taken for one", async () => {
  await using server = await startSignedInCloud(() => ({ status: 200, body: {} }));
  const config = configFor(server.origin, { profile: "ovh" });
  const driver = chosenDriver(config);
  if (driver === undefined) throw new Error("no driver");
  expect(driver.name).toBe("OpenStack");
  const { services } = await checkLogin(config, driver, { clock: fastClock() });
  expect(services.map(({ problem }) => problem?.code)).toEqual([
    "cloud/not-supported",
    "cloud/not-supported",
  ]);
});
