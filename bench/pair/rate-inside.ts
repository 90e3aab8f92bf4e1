/** Runs inside namespaces of its own, which `bench/pair.ts` makes; prints what was measured as JSON. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { interleaved } from "../measure.ts";
import { layPath, type Path } from "../nat/path.ts";
import { servedSubnets, ways } from "../nat/ways.ts";
import type { RateMeasured } from "./rate-measured.ts";
import { addStandby, type Sync } from "./standby.ts";

const rounds = 9;
const connectionsPerRun = 5_000;
/** The client's, and so that of the proxy's kernel. */
const proxyCore = 0;

interface Way {
  readonly text: string;
  readonly path: Path;
  readonly sync?: Sync;
  readonly knownShare: number[];
}

const connectedSchema = z.object({ count: z.number(), failed: z.number(), seconds: z.number() });

const folder = mkdtempSync(join(tmpdir(), "wayout-bench-"));
const rules = ways.find(({ name }) => name === "wayout");
if (!rules) throw new Error("Wayout's rules are not among those of the NAT benchmark");
const lay = async (name: string) => await layPath(name, rules, servedSubnets(1), folder);
const [off, anywhere, sameCore] = [await lay("off"), await lay("any"), await lay("same")];
const measuredWays: readonly Way[] = [
  { text: "off", path: off, knownShare: [] },
  {
    text: "on, conntrackd where the kernel puts it",
    path: anywhere,
    sync: await addStandby(anywhere.proxy, undefined, folder),
    knownShare: [],
  },
  {
    text: "on, conntrackd on the core that forwards",
    path: sameCore,
    sync: await addStandby(sameCore.proxy, proxyCore, folder),
    knownShare: [],
  },
];
const figures = await interleaved(measuredWays, rounds, connectionsPerSecond);
const measured: RateMeasured = measuredWays.map(({ text, knownShare }, index) => ({
  text,
  connectionsPerSecond: figures[index] ?? [],
  // The first one is the round that does not count.
  knownShare: knownShare.slice(1),
}));
process.stdout.write(JSON.stringify(measured));
process.exit(0);

/** What one way has still to do when its figure is taken is waited for, so that it does not meet the next one. */
async function connectionsPerSecond({ text, path, sync, knownShare }: Way): Promise<number> {
  const said = await path.fromClient(["connect", String(connectionsPerRun)]);
  const { count, failed, seconds } = connectedSchema.parse(JSON.parse(said));
  if (failed > 0) throw new Error(`${failed} of ${count} connections failed: sync ${text}`);
  await sync?.settled();
  if (sync) knownShare.push(sync.known() / count);
  path.forget();
  await sync?.settled();
  return count / seconds;
}
