import { expect, test } from "vitest";
import { gatewayOf, proxyOf } from "../steps/testing/gateways.ts";
import { provenButForClients, silentText } from "./verify.ts";

const gateway = gatewayOf([proxyOf(1), proxyOf(2)]);
const check = (from: string, ok: boolean | null) => ({
  check: "ping",
  gateway: "egress",
  from,
  to: "198.51.100.10",
  ok,
  evidence: "",
});
const proven = (...checks: readonly ReturnType<typeof check>[]) => provenButForClients({ checks }, [gateway]);

test("clients that reach nothing yet are no matter where the proxies and the pair are right", () => {
  expect(proven(check("egress", true), check("ecs-1", true), check("ecs-app", false))).toBe(true);
  expect(proven(check("ecs-1", true), check("ecs-2", null))).toBe(true);
});

test("a proxy that does not reach the Internet, or a pair that is not whole, is", () => {
  expect(proven(check("ecs-1", false), check("ecs-2", true))).toBe(false);
  expect(proven(check("egress", false), check("ecs-1", true))).toBe(false);
  expect(proven(check("ecs-1", null), check("ecs-app", true))).toBe(false);
  expect(proven()).toBe(false);
});

test("of a client that cannot be asked, only what was proven is said", () => {
  const silent = (...checks: readonly ReturnType<typeof check>[]) =>
    silentText("ecs-app", ["ecs-1", "ecs-2"], checks);
  const nothing = "ecs-app cannot be logged in to, so nothing was proven from its seat";
  expect(silent(check("ecs-1", true), check("ecs-2", true))).toBe(
    `${nothing}; proven is that ecs-1 and ecs-2 reach the Internet`,
  );
  expect(silent(check("ecs-1", null), check("ecs-2", true), check("ecs-2", null))).toBe(
    `${nothing}; proven is that ecs-2 reaches the Internet`,
  );
  expect(silent(check("ecs-1", true), check("ecs-1", false), check("ecs-2", null))).toBe(nothing);
  expect(silent(check("ecs-app", null), check("egress", true))).toBe(nothing);
});
