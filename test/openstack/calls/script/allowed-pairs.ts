import type { Stage } from "../stage.ts";
import type { Call } from "./call.ts";

/** Allowed address pairs of a port. */
export async function pairCalls(call: Call, stage: Stage): Promise<void> {
  const lists: readonly (readonly [string, readonly unknown[]])[] = [
    ["pair 1.1.1.1/0", [{ ip_address: "1.1.1.1/0" }]],
    ["pair 0.0.0.0/0", [{ ip_address: "0.0.0.0/0" }]],
    ["pairs of both halves", [{ ip_address: "0.0.0.0/1" }, { ip_address: "128.0.0.0/1" }]],
    ["pairs of both spellings of all", [{ ip_address: "1.1.1.1/0" }, { ip_address: "0.0.0.0/0" }]],
    ["pair twice", [{ ip_address: "1.1.1.1/0" }, { ip_address: "1.1.1.1/0" }]],
    ["pair with a MAC", [{ ip_address: "192.168.125.200", mac_address: "fa:16:3e:00:00:01" }]],
    ["pair of a range", [{ ip_address: "10.1.0.0/16" }]],
    ["pair that is no address", [{ ip_address: "1.1.1.1/33" }]],
    ["pair without an address", [{ mac_address: "fa:16:3e:00:00:01" }]],
    ["no pairs", []],
  ];
  for (const [name, pairs] of lists) {
    await call(name, "PUT", `/v2.0/ports/${stage.proxyPortId}`, {
      body: { port: { allowed_address_pairs: pairs } },
      same: ["port.allowed_address_pairs.length"],
    });
  }
}
