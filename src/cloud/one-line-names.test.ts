import { expect, test } from "vitest";
import { openLabCloud } from "./testing/lab-cloud.ts";

test.each(["otc", "huawei"] as const)(
  "on %s, a newline in a name comes in as an escape, and every other name as it is",
  async (kind) => {
    const { lab, cloud } = await openLabCloud(kind);
    const [first, second] = [...lab.state.servers.values()];
    if (!first || !second) throw new Error("the demo has servers");
    lab.state.servers.set(first.id, { ...first, name: "a\nplan: 0 changes\u001b[2J" });
    lab.state.servers.set(second.id, { ...second, name: "Jürgens 👨‍👩‍👧 server" });
    const names = (await cloud.servers()).map(({ name }) => name);
    expect(names).toContain("a\\nplan: 0 changes\\x1b[2J");
    expect(names).toContain("Jürgens 👨‍👩‍👧 server");
    expect(await cloud.server(first.id)).toMatchObject({ name: "a\\nplan: 0 changes\\x1b[2J" });
  },
);
