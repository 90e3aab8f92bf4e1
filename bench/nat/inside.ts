/** Runs inside namespaces of its own, which `bench/nat.ts` makes; prints what was measured as JSON. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { interleaved } from "../measure.ts";
import type { NatMeasured } from "./measured.ts";
import { layPath, type Path } from "./path.ts";
import { proxyAddress, servedSubnets, ways } from "./ways.ts";

const counts = [1, 1_000, 10_000];
/** Many short ones: what else the machine does meets all ways alike. */
const rounds = { connections: 15, throughput: 9 };
const connectionsPerRun = 5_000;
const secondsPerStream = 0.5;

const connectedSchema = z.object({ count: z.number(), failed: z.number(), seconds: z.number() });
const sentSchema = z.object({ bytes: z.number(), seconds: z.number(), seenAs: z.string() });

const folder = mkdtempSync(join(tmpdir(), "wayout-bench-"));
const paths: Path[] = [];
for (const way of ways) {
  for (const count of way.translates ? counts : [1]) {
    paths.push(await layPath(`b${paths.length}`, way, servedSubnets(count), folder));
  }
}
const connections = await interleaved(paths, rounds.connections, connectionsPerSecond);
const throughput = await interleaved(paths, rounds.throughput, bytesPerSecond);
const measured: NatMeasured = paths.map(({ way, subnets, loadMs }, index) => ({
  way: way.name,
  text: way.text,
  subnets,
  loadMs,
  connectionsPerSecond: connections[index] ?? [],
  bytesPerSecond: throughput[index] ?? [],
}));
process.stdout.write(JSON.stringify(measured));
process.exit(0);

async function connectionsPerSecond(path: Path): Promise<number> {
  const said = await path.fromClient(["connect", String(connectionsPerRun)]);
  path.forget();
  const { count, failed, seconds } = connectedSchema.parse(JSON.parse(said));
  if (failed > 0) throw new Error(`${failed} of ${count} connections failed: ${path.way.text}`);
  return count / seconds;
}

/** Also the proof that the rules do what they are for. */
async function bytesPerSecond(path: Path): Promise<number> {
  const said = await path.fromClient(["send", String(secondsPerStream)]);
  path.forget();
  const { bytes, seconds, seenAs } = sentSchema.parse(JSON.parse(said));
  const expected = path.way.translates ? proxyAddress : path.clientAddress;
  if (seenAs !== expected) throw new Error(`seen as ${seenAs}, not ${expected}: ${path.way.text}`);
  return bytes / seconds;
}
