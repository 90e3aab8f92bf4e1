/** What a cloud cannot do, said when it is asked all the same: its traits tell beforehand. */
import type { Cloud } from "../cloud.ts";
import { CloudProblem } from "../errors.ts";

type SubnetWrites = Pick<
  Cloud,
  "setNicProtection" | "setDhcpOptions" | "setSubnetGateway" | "setHostRoutes" | "markSubnet"
>;

/** For drivers of clouds on which neither DHCP nor port security is the user's to change. */
export function withoutSubnetWrites(cloud: string): SubnetWrites {
  const refuse = (what: string) => async (): Promise<never> => {
    throw new CloudProblem({
      code: "cloud/not-supported",
      summary: `${what} cannot be changed on ${cloud}`,
      hint: "Nothing was changed.",
    });
  };
  return {
    setNicProtection: refuse("port security"),
    setDhcpOptions: refuse("the DHCP options of a NIC"),
    setSubnetGateway: refuse("the gateway of a subnet"),
    setHostRoutes: refuse("the host routes of a subnet"),
    markSubnet: refuse("the marks of a subnet"),
  };
}
