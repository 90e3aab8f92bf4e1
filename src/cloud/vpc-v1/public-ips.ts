/** EIPs: VPC API v1 `/v1/{project}/publicips`. */
import { z } from "zod";
import { isIpv6 } from "../../spec/addresses.ts";
import { cloudId } from "../../spec/forms.ts";
import { anything, listOf, optionalAnyAddress, optionalId, optionalText } from "../answer-fields.ts";
import type { Api } from "../api.ts";
import { eipBoundElsewhere } from "../bound-elsewhere.ts";
import type { PublicIp } from "../cloud.ts";
import { listByMarker } from "../paging.ts";
import { waitUntil } from "../settle.ts";
import { everyEnterpriseProject } from "./enterprise-projects.ts";

const publicIpSchema = z.object({
  id: cloudId,
  status: optionalText,
  alias: optionalText,
  public_ip_address: optionalAnyAddress,
  // Both absent while it is unbound.
  port_id: optionalId,
  private_ip_address: optionalAnyAddress,
});
type PublicIpAnswer = z.infer<typeof publicIpSchema>;

const oneSchema = z.object({ publicip: publicIpSchema });
const pageSchema = z.object({ publicips: listOf(publicIpSchema) });

export async function readPublicIps(api: Api): Promise<readonly PublicIp[]> {
  // An IPv6 address is bound to a NIC in the same list; a gateway has no use for it.
  return (await readAll(api)).map(asPublicIp).filter(({ address }) => !isIpv6(address));
}

/**
 * A free EIP that already bears the name is the one that an earlier, interrupted call made: it is taken,
 * because a second one would cost money and stay behind.
 */
export async function allocatePublicIp(
  api: Api,
  wish: { readonly name: string; readonly bandwidthMbit: number },
): Promise<PublicIp> {
  const made =
    (await readAll(api)).find((candidate) => candidate.alias === wish.name && candidate.port_id === "") ??
    (await create(api, wish));
  const usable = await waitUntil(
    api.http,
    `EIP ${wish.name} usable`,
    () => readOne(api, made.id),
    (seen) =>
      seen !== undefined && seen.public_ip_address !== "" && !seen.status.startsWith("PENDING_CREATE"),
  );
  return asPublicIp(usable ?? made);
}

/** Waits until the EIP is shown at the NIC: right after the call it may still be shown as unbound. */
export async function bindPublicIp(api: Api, id: string, nicId: string): Promise<void> {
  await bind(api, id, nicId, {});
}

async function bind(api: Api, id: string, nicId: string, named: { readonly alias?: string }): Promise<void> {
  const before = await readOne(api, id);
  if (before?.port_id === nicId && before.alias === (named.alias ?? before.alias)) return;
  if (before !== undefined && before.port_id !== "" && before.port_id !== nicId) {
    // OTC would refuse it as well (VPC.0510), but a rebinding race must not cut somebody else's server off.
    throw eipBoundElsewhere(asPublicIp(before));
  }
  await api.put(publicIp(id), { publicip: { port_id: nicId, ...named } }, anything);
  await waitUntil(
    api.http,
    `EIP bound to NIC ${nicId}`,
    () => readOne(api, id),
    (seen) => seen?.port_id === nicId,
  );
}

export async function unbindPublicIp(api: Api, id: string, mark: string): Promise<void> {
  const before = await readOne(api, id);
  if (before === undefined) return;
  const alias = nameWithout(mark, before);
  if (before.port_id === "" && before.alias === alias) return;
  await unbindAs(api, before, alias);
}

/** An EIP's alias has 64 characters at most. */
const longestAlias = 64;

/**
 * The name stands behind the mark while the EIP is free, so that a call after an interrupted one can give it back. Where both
 * together are too long, it moves without the mark: after an interrupted call, only its id tells whose it is.
 */
export async function movePublicIp(api: Api, id: string, nicId: string, mark: string): Promise<void> {
  const before = await readOne(api, id);
  if (before === undefined) return;
  const name = nameWithout(mark, before);
  const marked = `${mark}${name}`.length <= longestAlias ? `${mark}${name}` : name;
  const leaves = before.port_id !== "" && before.port_id !== nicId;
  if (leaves) await unbindAs(api, before, marked);
  // Its own name in the same call: a run that is killed right after it leaves no mark behind.
  await bind(api, id, nicId, leaves || before.alias !== name ? { alias: name } : {});
}

function nameWithout(mark: string, { alias }: PublicIpAnswer): string {
  return alias.startsWith(mark) ? alias.slice(mark.length) : alias;
}

async function unbindAs(
  api: Api,
  { id, public_ip_address: address, alias: present }: PublicIpAnswer,
  alias: string,
): Promise<void> {
  const renamed = alias === present ? {} : { alias };
  // An empty port_id unbinds; so would leaving it out, which is why no call here ever does.
  await api.put(publicIp(id), { publicip: { port_id: "", ...renamed } }, anything);
  await waitUntil(
    api.http,
    `EIP ${address} unbound`,
    () => readOne(api, id),
    (seen) => seen === undefined || (seen.port_id === "" && seen.alias === alias),
  );
}

export async function releasePublicIp(api: Api, id: string): Promise<void> {
  await api.delete(publicIp(id));
  await waitUntil(
    api.http,
    "EIP released",
    () => readOne(api, id),
    (seen) => seen === undefined,
  );
}

async function create(
  api: Api,
  wish: { readonly name: string; readonly bandwidthMbit: number },
): Promise<PublicIpAnswer> {
  const { publicip } = await api.post(
    { service: "eip", path: "/v1/{project}/publicips" },
    {
      publicip: { type: "5_bgp", ip_version: 4, alias: wish.name },
      bandwidth: { name: wish.name, size: wish.bandwidthMbit, share_type: "PER", charge_mode: "traffic" },
    },
    oneSchema,
  );
  return publicip;
}

async function readAll(api: Api): Promise<readonly PublicIpAnswer[]> {
  return listByMarker(
    api,
    { service: "eip", path: "/v1/{project}/publicips", query: everyEnterpriseProject },
    pageSchema,
    (page) => page.publicips,
  );
}

async function readOne(api: Api, id: string): Promise<PublicIpAnswer | undefined> {
  return (await api.find(publicIp(id), oneSchema))?.publicip;
}

function publicIp(id: string) {
  return { service: "eip", path: "/v1/{project}/publicips/{id}", ids: { id } } as const;
}

function asPublicIp(answer: PublicIpAnswer): PublicIp {
  return {
    id: answer.id,
    address: answer.public_ip_address,
    name: answer.alias,
    ...(answer.port_id === "" ? {} : { nicId: answer.port_id }),
    ...(answer.private_ip_address === "" ? {} : { privateIp: answer.private_ip_address }),
  };
}
