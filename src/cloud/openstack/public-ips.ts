/** EIPs on plain OpenStack are floating IPs. They have no name: the description serves as one. */
import { z } from "zod";
import type { JsonValue } from "../../report/json-value.ts";
import { cloudId } from "../../spec/forms.ts";
import { someOf } from "../../spec/nearest.ts";
import { anything, links, listOf, optionalAddress, optionalId, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import { eipBoundElsewhere } from "../bound-elsewhere.ts";
import type { PublicIp } from "../cloud.ts";
import { CloudProblem } from "../errors.ts";
import { addressOf, findPort } from "../neutron/ports.ts";
import { listByLink } from "../paging.ts";
import { waitUntil } from "../settle.ts";
import type { Extensions } from "./extensions.ts";
import type { Lists, NetworkMap } from "./network.ts";
import { changeGuarded } from "./revisions.ts";

const floatingSchema = z.object({
  id: cloudId,
  floating_ip_address: optionalAddress,
  fixed_ip_address: optionalAddress,
  port_id: optionalId,
  description: optionalText,
  revision_number: z.number().nullish(),
});
type Floating = z.infer<typeof floatingSchema>;

const one = z.object({ floatingip: floatingSchema });

export async function readPublicIps(api: Api): Promise<readonly PublicIp[]> {
  return (await readAll(api)).map(asPublicIp);
}

/** A free one of that name is the one that an earlier, interrupted call made: it is taken. */
export async function allocatePublicIp(
  api: Api,
  lists: Lists,
  wish: { readonly name: string; readonly forNic?: string },
  chosenNetwork: string | undefined,
): Promise<PublicIp> {
  const made = (await readAll(api)).find(
    (candidate) => candidate.description === wish.name && candidate.port_id === "",
  );
  if (made) return asPublicIp(made);
  const network = await externalNetwork(api, await lists.map(), wish.forNic, chosenNetwork);
  const { floatingip } = await api.post(
    { service: "network", path: "/v2.0/floatingips" },
    { floatingip: { floating_network_id: network, description: wish.name } },
    one,
  );
  return asPublicIp(floatingip);
}

export async function bindPublicIp(
  api: Api,
  extensions: Extensions,
  id: string,
  nicId: string,
): Promise<void> {
  await bindTo(api, extensions, id, nicId, (now) => {
    // Neutron would move it without a word, and cut somebody else's server off.
    if (now.port_id !== "") throw eipBoundElsewhere(asPublicIp(now));
  });
}

/** In one call: Neutron takes it from the one port and gives it to the other, so it is never free and needs no mark. */
export async function movePublicIp(
  api: Api,
  extensions: Extensions,
  id: string,
  nicId: string,
): Promise<void> {
  await bindTo(api, extensions, id, nicId, () => undefined, { mayBeGone: true });
}

export async function unbindPublicIp(api: Api, extensions: Extensions, id: string): Promise<void> {
  const free = ({ port_id: port }: Floating) => (port === "" ? undefined : { port_id: null });
  await rebind(api, extensions, id, "", free, { mayBeGone: true });
}

export async function releasePublicIp(api: Api, id: string): Promise<void> {
  await api.delete(path(id));
}

async function bindTo(
  api: Api,
  extensions: Extensions,
  id: string,
  nicId: string,
  mayGo: (now: Floating) => void,
  options: { readonly mayBeGone?: true } = {},
): Promise<void> {
  const port = await findPort(api, nicId);
  const first = port && addressOf(port);
  // Neutron asks which of several addresses is meant.
  const which = first && port.fixed_ips.length > 1 ? { fixed_ip_address: first.ip_address } : {};
  const bound = (now: Floating) => {
    if (now.port_id === nicId) return undefined;
    mayGo(now);
    return { port_id: nicId, ...which };
  };
  await rebind(api, extensions, id, nicId, bound, options);
}

/** @param nicId to which NIC; "": to none. */
async function rebind(
  api: Api,
  extensions: Extensions,
  id: string,
  nicId: string,
  wanted: (now: Floating) => JsonValue | undefined,
  options: { readonly mayBeGone?: true },
): Promise<void> {
  await changeGuarded(`EIP ${id}`, extensions, {
    ...options,
    read: () => readOne(api, id),
    part: (now) => now.port_id,
    wanted,
    write: async (floatingip, headers) => {
      await api.put({ ...path(id), headers }, { floatingip }, anything);
      await waitUntil(
        api.http,
        nicId === "" ? `EIP ${id} unbound` : `EIP ${id} bound to NIC ${nicId}`,
        () => readOne(api, id),
        (seen) => (seen?.port_id ?? "") === nicId,
      );
    },
  });
}

/**
 * That of the NIC's own router, since no other could be bound to it; else the one that is set, or the only one.
 * @throws CloudProblem cloud/config where there are several.
 */
async function externalNetwork(
  api: Api,
  { routers, routerPorts, networks }: NetworkMap,
  nicId: string | undefined,
  chosen: string | undefined,
): Promise<string> {
  const port = nicId === undefined ? undefined : await findPort(api, nicId);
  const subnets = new Set(port?.fixed_ips.map(({ subnet_id }) => subnet_id));
  const near = new Set(routerPorts.filter((one) => subnets.has(one.subnetId)).map(({ device }) => device));
  const ofNic = routers.find(({ id, external_gateway_info }) => near.has(id) && external_gateway_info);
  if (ofNic?.external_gateway_info) return ofNic.external_gateway_info.network_id;
  const outside = networks.filter((network) => network["router:external"]);
  const fitting =
    chosen === undefined ? outside : outside.filter(({ id, name }) => id === chosen || name === chosen);
  const [first] = fitting;
  if (first && fitting.length === 1) return first.id;
  const names = someOf(outside.map(({ name, id }) => name || id));
  throw new CloudProblem({
    code: "cloud/config",
    summary:
      outside.length === 0
        ? "the project sees no external network, so there are no floating IPs"
        : chosen === undefined
          ? `floating IPs could come from several external networks: ${names}`
          : `no external network ${chosen}; there are ${names}`,
    hint: "Set external_network for this cloud in clouds.yaml, or allocate a floating IP yourself and name it as publicIp.",
  });
}

async function readAll(api: Api): Promise<readonly Floating[]> {
  const schema = z.object({ floatingips: listOf(floatingSchema), floatingips_links: links });
  return listByLink(api, { service: "network", path: "/v2.0/floatingips" }, schema, (page) => ({
    items: page.floatingips,
    links: page.floatingips_links,
  }));
}

async function readOne(api: Api, id: string): Promise<Floating | undefined> {
  return (await api.find(path(id), one))?.floatingip;
}

function path(id: string) {
  return { service: "network", path: "/v2.0/floatingips/{id}", ids: { id } } as const;
}

function asPublicIp(floating: Floating): PublicIp {
  return {
    id: floating.id,
    address: floating.floating_ip_address,
    name: floating.description,
    ...(floating.port_id === "" ? {} : { nicId: floating.port_id }),
    ...(floating.fixed_ip_address === "" ? {} : { privateIp: floating.fixed_ip_address }),
  };
}
