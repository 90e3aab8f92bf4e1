/** On a real proxy: a journal that somebody changed is refused, and neither the proxy nor the cloud is touched. */
import { chmodSync, copyFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placesOf } from "../../src/lab/client/places.ts";
import { gatewayFile } from "../lab/gateway-file.ts";
import { must, wayout } from "../lab/wayout-command.ts";
import { cloudState, hostState } from "../lab/world-state.ts";

const lab = "test-journal";
const file = gatewayFile();
const where = ["--file", file.path, "--lab", lab];
const journal = join(placesOf(lab).run, "journal", "journal.db");
const saved = join(dirname(file.path), "saved.db");

const state = async () => ({ cloud: await cloudState(lab), host: await hostState(lab, "ecs-proxy") });
let start: Awaited<ReturnType<typeof state>>;
let applied: Awaited<ReturnType<typeof state>>;

function sql(...texts: readonly string[]): void {
  const database = new DatabaseSync(journal);
  for (const text of texts) database.exec(text);
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
}

beforeAll(async () => {
  await must("lab", "up", "--name", lab);
  start = await state();
  await must("apply", "--yes", ...where);
  applied = await state();
  sql();
  copyFileSync(journal, saved);
});
afterAll(async () => {
  await wayout("lab", "down", "--name", lab);
  file.remove();
});

const cron = `json('{"path": "/etc/cron.d/x", "mode": "644", "content": "* * * * * root touch /tmp/x\\n"}')`;
const addFile = `UPDATE entries SET before = json_set(before, '$.have.files[#]', ${cron}) WHERE kind = 'host/source-nat'`;
const elsewhere =
  "UPDATE entries SET want = json_set(want, '$.host.destination', 'attacker.example', '$.host.byEip', json('false')) WHERE kind LIKE 'host/%'";

test.each<[string, readonly string[], string]>([
  ["has a file of cron to bring back", [addFile], "journal/changed"],
  ["has that, and no seals", [addFile, "DELETE FROM seals"], "journal/unsealed"],
  ["leads to another host", [elsewhere], "journal/changed"],
])("a journal that %s changes nothing, until it is as it was", async (_, texts, code) => {
  sql(...texts);
  for (const command of [["undo", "--yes"], ["plan"], ["apply", "--yes"]]) {
    const refused = await wayout(...command, "--json", ...where);
    expect(refused.code, command.join(" ")).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code } });
  }
  expect(await state()).toEqual(applied);
  expect((await wayout("status", ...where)).code).toBe(0);
  expect((await wayout("runs", "1", ...where)).stdout).toMatch(/changed after Wayout wrote it|not sealed/);
  copyFileSync(saved, journal);
  expect((await wayout("plan", ...where)).code).toBe(0);
});

test("values that Wayout never writes cannot be accepted; a journal without seals can", async () => {
  sql(addFile, "DELETE FROM seals");
  const refused = await wayout("runs", "--accept", "--yes", ...where);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("is not a path of this step") });
  copyFileSync(saved, journal);
  sql("DELETE FROM seals");
  expect(await wayout("undo", "--yes", ...where)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("journal/unsealed"),
  });
  expect(await wayout("runs", "--accept", ...where)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("journal/unasked"),
  });
  expect(await must("runs", "--accept", "--yes", ...where)).toContain("5 steps to accept");
  expect(await state()).toEqual(applied);
});

test("others who could write to it are named, and undo of the user's own journal leads back to the start", async () => {
  chmodSync(dirname(journal), 0o777);
  const refused = await wayout("undo", "--yes", ...where);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("journal/writable-by-others") });
  expect(await state()).toEqual(applied);
  chmodSync(dirname(journal), 0o700);
  await must("undo", "--yes", ...where);
  expect(await state()).toEqual(start);
});
