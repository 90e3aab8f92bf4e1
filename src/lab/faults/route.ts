import { randomUUID } from "node:crypto";
import { Problem } from "../../report/problem.ts";
import { suggestion } from "../../spec/nearest.ts";
import { tableOfSubnet, updateRouteTable } from "../api/operations/index.ts";
import type { LabRoute, LabRouteTable, LabState } from "../state.ts";
import { type Fault, wordsOf } from "./fault.ts";

const everywhere = "0.0.0.0/0";

/** Somebody else's default route in the table: a NAT gateway that is not there, so packets end nowhere. */
export const route: Fault = {
  name: "route",
  usage: "route SUBNET|TABLE",
  summary: "puts a foreign 0.0.0.0/0 into the route table",
  async break(words, lab) {
    const [name = ""] = wordsOf(route, words, {}, { min: 1, max: 1 }).positionals;
    const table = tableNamed(lab.state, name);
    const before = table.routes.find(({ destination }) => destination === everywhere);
    const foreign: LabRoute = {
      type: "nat",
      destination: everywhere,
      nexthop: randomUUID(),
      description: "somebody else's",
    };
    await lab.change(() => {
      updateRouteTable(lab.state, table.id, before ? { mod: [foreign] } : { add: [foreign] });
    });
    return {
      effect: `${table.name} sends ${everywhere} to a NAT gateway that is somebody else's`,
      mend: () =>
        lab.change(() => {
          const now = lab.state.routeTables
            .get(table.id)
            ?.routes.find((each) => each.destination === everywhere);
          // What others changed since is theirs.
          if (now?.nexthop !== foreign.nexthop) return;
          updateRouteTable(lab.state, table.id, before ? { mod: [before] } : { del: [everywhere] });
        }),
    };
  },
};

function tableNamed(state: LabState, name: string): LabRouteTable {
  const byName = state.routeTables.values().find((table) => table.name === name);
  const subnet = state.subnets.values().find((each) => each.name === name);
  const found = byName ?? (subnet ? tableOfSubnet(state, subnet.id) : undefined);
  if (found) return found;
  const names = [...state.subnets.values(), ...state.routeTables.values()].map((each) => each.name);
  throw new Problem({
    code: "lab/no-route-table",
    summary: `no subnet or route table ${name} in this lab; ${suggestion(name, names, "subnet or route table")}`,
    hint: "Name a subnet, or one of its VPC's route tables.",
  });
}
