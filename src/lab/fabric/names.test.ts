import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { StateBuilder } from "../../../test/lab/fabric-state.ts";
import { Names, nicPort } from "./names.ts";

test("a namespace is called like its server, cleaned, and unlike anything else", () => {
  const names = new Names();
  const name = (wish: string) => names.server({ id: randomUUID(), name: wish });
  expect(name("ecs-proxy")).toBe("ecs-proxy");
  expect(name("ecs-proxy")).toMatch(/^ecs-proxy-[0-9a-f]{12}$/);
  expect(name("../../etc; rm -rf")).toBe("etc--rm--rf");
  expect(name("internet")).toMatch(/^internet-/);
  expect(name("vpc-demo-edge")).toMatch(/^vpc-demo-edge-/);
  expect(name("-n")).toBe("n");
  expect(name("日本")).toMatch(/^unnamed/);
});

test("names stay while their owner lives, and are free again afterwards", () => {
  const lab = new StateBuilder();
  const subnet = lab.addSubnet("app", "192.168.125.0/24");
  const names = new Names();
  const first = lab.addServer("twin", subnet, "192.168.125.4");
  const second = lab.addServer("twin", subnet, "192.168.125.5");
  names.follow(lab.state);
  const suffixed = names.server(second);
  lab.state.servers.delete(first.id);
  names.follow(lab.state);
  expect(names.server(second)).toBe(suffixed);
  expect(names.server({ id: randomUUID(), name: "twin" })).toBe("twin");
});

test("interface names fit the kernel's 15 characters", () => {
  expect(nicPort({ id: randomUUID() }).length).toBeLessThanOrEqual(15);
});

test("numbers of deleted route tables are used again; too many VPCs are refused in words", () => {
  const lab = new StateBuilder();
  const names = new Names();
  const table = lab.addTable("one");
  names.follow(lab.state);
  const number = names.routeTable(table.id);
  lab.state.routeTables.delete(table.id);
  names.follow(lab.state);
  expect(names.routeTable(randomUUID())).toBe(number);
  for (let count = 1; count < 249; count++) names.edgeHost(randomUUID());
  expect(() => names.edgeHost(randomUUID())).toThrow("room for 249");
});
