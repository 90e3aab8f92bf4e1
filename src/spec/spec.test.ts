import { describe, expect, it } from "vitest";
import { chooseProbes } from "./probes.ts";
import { parseSpec } from "./spec.ts";
import { failure, good } from "./testing/broken-spec.ts";

describe("parseSpec", () => {
  it("says of a value of the wrong type that, and no more", () => {
    expect(failure(good.replace("[ecs-proxy]", "ecs-proxy")).detail).toBeUndefined();
  });

  it("tells two servers of a pair from a proxy of two gateways", () => {
    const twice = failure(good.replace("[ecs-proxy]", "[a, a]"));
    expect(twice.hint).toBe("Name another server: the two of a pair take over from each other.");
    const second = good.slice(good.indexOf("  -")).replace("egress", "second").replace("subnet-app", "other");
    expect(failure(`${good}${second}`).hint).toBe("Put the subnets into one gateway.");
  });

  it("takes none for a probe that the cloud would have", () => {
    const { probes } = parseSpec(`${good}probes: {echo: none, slow: none}\n`, "wayout.yaml").value;
    const local = { echo: "198.51.100.10:7", slow: "http://198.51.100.10/slow" };
    expect(chooseProbes({}, local)).toMatchObject(local);
    expect(Object.keys(chooseProbes(probes, local))).not.toContain("echo");
    expect(Object.keys(chooseProbes(probes, local))).not.toContain("slow");
  });

  it.each([
    ["echo: here", "probes.echo: must be an address or name with a port, like 198.51.100.10:7, or none"],
    ["slow: nowhere", "probes.slow: must be a URL like http://site.example/slow, or none"],
  ])("says what could be written instead of %s", (line, expected) => {
    expect(failure(`${good}probes: {${line}}\n`).summary).toContain(expected);
  });

  it("shows how one name is written where a list is expected", () => {
    expect(failure(good.replace("[ecs-proxy]", "ecs-proxy")).hint).toBe("Write a list: [ecs-proxy]");
  });

  it("tells every mistake of a file at once", () => {
    const problem = failure(good.replace("egress", "Egress").replace("subnets:", "subnet:"));
    expect(problem.detail?.split("\n")).toHaveLength(2);
  });

  it("refuses a YAML bomb without expanding it", () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const inner = level === 0 ? "lol" : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 10 }, () => inner).join(",")}]`;
    });
    const problem = failure(`${levels.join("\n")}\ncloud: *a11\n`);
    expect(problem.code).toBe("spec/yaml");
    expect(problem.summary).toMatch(/^wayout\.yaml:\d+:\d+: .*alias/);
  });

  it("refuses a file that is far too large", () => {
    expect(failure(`${good}# ${"x".repeat(300 * 1024)}\n`).code).toBe("spec/too-large");
  });

  it("fills in the defaults", () => {
    const { value } = parseSpec(good, "wayout.yaml");
    expect(value.gateways[0]).toMatchObject({
      destinations: ["0.0.0.0/0"],
      publicIp: "keep",
      routeTable: "shared",
      recipe: "auto",
      sourceDestinationCheck: "address-pairs",
      securityGroup: "own",
      ownServices: "keep",
      ssh: { address: "public" },
    });
  });

  it.each([
    ["a destination around the VPC", "    destinations: [10.0.0.0/8]\n"],
    ["half of the Internet", "    destinations: [128.0.0.0/1]\n"],
    [
      "a login through two hosts",
      '    ssh: {user: linux, jump: "linux@bastion,inner:2222", address: ecs-proxy.example}\n',
    ],
    [
      "probes by name",
      'probes: {ping: [site.example], tcp: "site.example:443", dns: site.example., large: "http://site.example/x?y=1"}\n',
    ],
  ])("takes %s", (_, lines) => {
    expect(() => parseSpec(`${good}${lines}`, "wayout.yaml")).not.toThrow();
  });

  it("knows where each part of the file stands", () => {
    const file = parseSpec(good, "wayout.yaml");
    expect(file.place(["gateways", 0, "vpc"])).toBe("wayout.yaml:4:10");
    expect(file.place(["gateways", 0, "proxies", 0])).toBe("wayout.yaml:5:15");
    expect(file.place(["gateways", 0, "ssh", "port"])).toBe("wayout.yaml:3:5");
  });
});
