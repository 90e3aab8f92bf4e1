/** A wayout.yaml for the cloud under test, whose Internet is the lab's. */
import { internetHosts } from "../../src/lab/state.ts";

export interface SpecWish {
  readonly proxies: readonly string[];
  /** Lines of the gateway beyond the usual ones. */
  readonly more?: readonly string[];
}

export function specText({ proxies, more = [] }: SpecWish): string {
  const { site, other, dns } = internetHosts;
  return `cloud: tenant
gateways:
  - name: egress
    vpc: vpc-app
    proxies: [${proxies.join(", ")}]
    subnets: [subnet-app]
${more.map((line) => `    ${line}\n`).join("")}probes:
  ping: [${site}, ${other}]
  tcp: ${site}:443
  http: http://site.example/
  https: https://site.example/
  udp: ${dns}:53
  dns: site.example
  large: http://site.example/bytes/4000000
`;
}
