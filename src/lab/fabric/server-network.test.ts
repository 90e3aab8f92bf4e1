import { describe, expect, test } from "vitest";
import { toldRoutes } from "./server-network.ts";

const hostRoutes = [{ destination: "0.0.0.0/1", nexthop: "10.0.0.4" }];
const option = (opt_value: string) => ({ dhcpOptions: [{ opt_name: "classless-static-route", opt_value }] });

describe("what the lab's DHCP tells a server", () => {
  test("is what its subnet says", () => {
    expect(toldRoutes({ dhcpOptions: [] }, { hostRoutes })).toEqual(hostRoutes);
  });

  test("is what its own port says, where that says anything, so that a proxy learns no way through itself", () => {
    const own = option("169.254.169.254/32,10.0.0.1,0.0.0.0/0,10.0.0.1");
    expect(toldRoutes(own, { hostRoutes })).toEqual([
      { destination: "169.254.169.254/32", nexthop: "10.0.0.1" },
    ]);
    expect(toldRoutes(option(""), { hostRoutes })).toEqual([]);
  });

  test("never is a default route beside the subnet's gateway", () => {
    expect(
      toldRoutes({ dhcpOptions: [] }, { hostRoutes: [{ destination: "0.0.0.0/0", nexthop: "10.0.0.4" }] }),
    ).toEqual([]);
  });
});
