import { z } from "zod";
import type { LabServer, LabState } from "../../state.ts";
import { type ApiContext, writes } from "../endpoint.ts";
import { Failed } from "../errors/family.ts";
import { flavors, images } from "../flavors.ts";
import { addPublicIp, addServer, bindPublicIp, setServerStatus } from "../operations/index.ts";
import { found } from "../operations/refused.ts";

/** 32 KiB before base64. */
const maxUserData = 32 * 1024;

const createBody = z.object({
  dry_run: z.boolean().optional(),
  server: z.object({
    name: z.string(),
    imageRef: z.string(),
    flavorRef: z.string(),
    vpcid: z.string(),
    nics: z.array(z.object({ subnet_id: z.string(), ip_address: z.string().optional() })).min(1),
    root_volume: z.object({ volumetype: z.string() }),
    security_groups: z.array(z.object({ id: z.string() })).optional(),
    availability_zone: z.string().optional(),
    key_name: z.string().optional(),
    user_data: z.base64().optional(),
    /** One server for each request. */
    count: z.literal(1).optional(),
    publicip: z
      .union([
        z.object({ id: z.string() }),
        z.object({ eip: z.object({ iptype: z.string(), bandwidth: z.object({ size: z.number().int() }) }) }),
      ])
      .optional(),
  }),
});
type Wish = z.infer<typeof createBody>["server"];

/** "Creating ECSs": the answer names the server at once; the job ends when its machine is up. */
export const serverCreationEndpoints = [
  writes("server", "POST", "/v1/:project/cloudservers", (call, api) => {
    const { server: wish, dry_run: dryRun } = call.read(createBody);
    const server = create(api, wish);
    if (dryRun) return { status: 202, discard: true };
    const job = api.jobs.open("createServer", [server.id]);
    return {
      status: 200,
      body: { job_id: job.id, serverIds: [server.id] },
      afterwards: () => api.jobs.start(job, () => boot(api, server)),
    };
  }),
];

function create({ state, now }: ApiContext, wish: Wish): LabServer {
  const flavor = flavors.find((each) => each.id === wish.flavorRef);
  const image = images.find((each) => each.id === wish.imageRef);
  if (!flavor) throw new Failed("unreadable", `Flavor ${wish.flavorRef} could not be found.`);
  if (!image) throw new Failed("unreadable", `Image ${wish.imageRef} could not be found.`);
  if (Buffer.from(wish.user_data ?? "", "base64").length > maxUserData) {
    throw new Failed("unreadable", "user_data has at most 32 KB.");
  }
  requireNicsIn(state, wish);
  const { server, ports } = addServer(
    state,
    {
      name: wish.name,
      kind: flavor.kind,
      image: image.image,
      status: "BUILD",
      nics: wish.nics.map((nic) => ({
        subnetId: nic.subnet_id,
        ip: nic.ip_address || undefined,
      })),
      securityGroupIds: wish.security_groups?.length ? wish.security_groups.map(({ id }) => id) : undefined,
      zone: wish.availability_zone || undefined,
      keyName: wish.key_name,
      userData: wish.user_data,
    },
    now(),
  );
  const [primary] = ports;
  if (wish.publicip && primary) bindPublicIp(state, publicIpFor(state, wish.publicip, now()), primary.id);
  return server;
}

function requireNicsIn(state: LabState, wish: Wish): void {
  found(state.vpcs, "vpc", wish.vpcid);
  for (const nic of wish.nics) {
    if (found(state.subnets, "subnet", nic.subnet_id).vpcId !== wish.vpcid) {
      throw new Failed("unreadable", `Subnet ${nic.subnet_id} is not in VPC ${wish.vpcid}.`);
    }
  }
}

function publicIpFor(state: LabState, wish: NonNullable<Wish["publicip"]>, at: Date): string {
  if ("id" in wish) return found(state.publicIps, "public-ip", wish.id).id;
  return addPublicIp(state, { bandwidthMbit: wish.eip.bandwidth.size }, at).id;
}

async function boot(api: ApiContext, server: LabServer): Promise<void> {
  const end = (status: LabServer["status"]) =>
    api.changes.write(() => {
      // Somebody may have deleted it meanwhile.
      if (api.state.servers.has(server.id)) setServerStatus(api.state, server.id, status);
    });
  try {
    await api.machines.create(server);
  } catch (error) {
    await end("ERROR");
    throw error;
  }
  await end("ACTIVE");
}
