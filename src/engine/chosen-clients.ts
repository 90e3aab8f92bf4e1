import type { Client, Gateway } from "../steps/gateway.ts";

/** From whose seats a gateway is proven, and what cannot be because of whom. */
export interface Chosen<W> {
  readonly work: W;
  readonly clients: readonly Client[];
  readonly unproven: readonly string[];
}

interface Served {
  readonly gateway: Pick<Gateway, "name" | "clients">;
}

/** How many clients of each subnet are tried, so that a large subnet does not take minutes. */
const clientsPerSubnet = 2;

/** Two clients of each subnet, or those that were asked for: then gateways that serve none of them are left out. Pure. */
export function chooseClients<W extends Served>(
  works: readonly W[],
  asked: readonly string[] = [],
): Chosen<W>[] {
  if (asked.length === 0) return works.map((work) => someOf(work));
  return works.flatMap((work) => {
    const mine = work.gateway.clients.filter(({ server }) => asked.includes(server.name));
    if (mine.length === 0) return [];
    const unproven = mine.flatMap((client) => {
      const because = whyNot(client);
      return because === undefined ? [] : [`${client.server.name} ${because}, so it was not tried`];
    });
    return [{ work, clients: mine.filter((client) => whyNot(client) === undefined), unproven }];
  });
}

function someOf<W extends Served>(work: W): Chosen<W> {
  const { gateway } = work;
  const able = gateway.clients.filter((client) => whyNot(client) === undefined);
  const bySubnet = Map.groupBy(able, (client) => client.subnet.id);
  const clients = [...bySubnet.values()].flatMap((some) => some.slice(0, clientsPerSubnet));
  const none = `${gateway.name} has no running client without an EIP: proven is only that the proxy reaches the Internet`;
  return { work, clients, unproven: clients.length === 0 ? [none] : [] };
}

/** A client with an EIP does not use the gateway, and one that is off sends nothing. */
function whyNot({ publicIp, server }: Client): string | undefined {
  if (publicIp !== undefined) return `uses its own EIP ${publicIp} and not the gateway`;
  return server.status === "ACTIVE" ? undefined : `does not run (${server.status})`;
}
