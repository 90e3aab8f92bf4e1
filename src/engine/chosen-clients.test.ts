import { describe, expect, it } from "vitest";
import type { Client } from "../steps/gateway.ts";
import { chooseClients } from "./chosen-clients.ts";

const client = (name: string, more: { publicIp?: string; status?: string; subnet?: string } = {}): Client => {
  const { publicIp, status = "ACTIVE", subnet = "net-1" } = more;
  return {
    server: { id: name, name, status, vpcId: "vpc-1", addresses: [], securityGroupIds: [] },
    ip: "192.168.125.11",
    nicId: `nic-of-${name}`,
    subnet: { id: subnet, name: subnet, vpcId: "vpc-1", cidr: "192.168.125.0/24", gatewayIp: "", dns: [] },
    ...(publicIp === undefined ? {} : { publicIp }),
  };
};
const east = {
  name: "east",
  clients: [client("a"), client("b"), client("c"), client("d", { subnet: "net-2" })],
};
const west = {
  name: "west",
  clients: [client("e", { publicIp: "203.0.113.9" }), client("f", { status: "SHUTOFF" })],
};
const choose = (asked: readonly string[]) =>
  chooseClients([{ gateway: east }, { gateway: west }], asked).map(({ work, clients, unproven }) => ({
    gateway: work.gateway.name,
    clients: clients.map(({ server }) => server.name),
    unproven,
  }));

describe("the clients that a gateway is proven from", () => {
  it("are two of each subnet", () => {
    expect(choose([])).toMatchObject([{ gateway: "east", clients: ["a", "b", "d"], unproven: [] }, {}]);
  });

  it("are told to be missing where none can be tried", () => {
    expect(choose([])[1]).toEqual({
      gateway: "west",
      clients: [],
      unproven: [
        "west has no running client without an EIP: proven is only that the proxy reaches the Internet",
      ],
    });
  });

  it("are those that were asked for, and other gateways are not spoken of", () => {
    expect(choose(["c"])).toEqual([{ gateway: "east", clients: ["c"], unproven: [] }]);
  });

  it("are not those that were asked for and do not use the gateway, which is told", () => {
    expect(choose(["a", "e", "f"])).toEqual([
      { gateway: "east", clients: ["a"], unproven: [] },
      {
        gateway: "west",
        clients: [],
        unproven: [
          "e uses its own EIP 203.0.113.9 and not the gateway, so it was not tried",
          "f does not run (SHUTOFF), so it was not tried",
        ],
      },
    ]);
  });
});
